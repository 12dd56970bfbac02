using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>A sum of two operands, or a copy of one.</summary>
/// <param name="name">The node.</param>
/// <param name="operands">For each operand and channel, what is read.</param>
/// <param name="fusion">The two weights among the parameters and the place of their factors; null for a plain sum.</param>
/// <param name="output">The sum.</param>
/// <param name="layout">Where parameters and gradients are.</param>
internal sealed class Merge(string name, ChannelRef?[][] operands, (int First, int Second, long Factors)? fusion, StoredMap output, MemoryLayout layout) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => operands.SelectMany(o => o).OfType<ChannelRef>();

    public override bool NeedsInputsBackward => fusion is not null;

    public override IPlannedStep Forward()
    {
        var (sources, values) = (Sources(), Output.Raw);
        return new LaunchStep(name, sources.Buffers().Append(values), program =>
        {
            var (map, call) = (program.Map(Output, values), Call(program.AddReads(sources), 1));
            var grid = Grids.For((long)Output.Batch * Output.Positions, Output.Channels);
            program.Add(
                new LaunchCost(nameof(KernelSet.Merge), sources.Bytes() + Output.Bytes()),
                () => program.Kernels.Merge(program.Stream, grid, program.Memory, program.Reads, map, call));
        });
    }

    public override IEnumerable<IPlannedStep> Backward()
    {
        // The same order as within the kernel: channel by channel, operand by operand.
        var targets = new GradientTarget?[operands.Length * Output.Channels];
        for (var c = 0; c < Output.Channels; c++)
        {
            for (var i = 0; i < operands.Length; i++) targets[(i * Output.Channels) + c] = operands[i][c] is { } channel ? GradientTarget.For(channel) : null;
        }

        var gradient = new JoinedGradient(Output);
        return [.. gradient.Steps(), InputGradient(targets, gradient.Buffer), .. fusion is { } learned ? [FactorGradient(learned, gradient.Buffer)] : Array.Empty<IPlannedStep>()];
    }

    private LaunchStep InputGradient(GradientTarget?[] targets, PlanBuffer gradient) => new(name, targets.Buffers().Append(gradient), program =>
    {
        var each = targets.ChannelsOfThread() == 1 ? 1 : Output.Channels;
        var (map, call) = (program.Map(Output, gradient), Call(program.AddTargets(targets), each));
        var grid = Grids.For((long)Output.Batch * Output.Positions, Output.Channels / each);
        program.Add(
            new LaunchCost(nameof(KernelSet.MergeGradient), Output.Bytes() + targets.Bytes()),
            () => program.Kernels.MergeGradient(program.Stream, grid, program.Memory, program.Targets, map, call));
    });

    private LaunchStep FactorGradient((int First, int Second, long Factors) learned, PlanBuffer gradient)
    {
        var sources = Sources();
        return new LaunchStep(name, sources.Buffers().Append(gradient), program =>
        {
            var (map, call) = (program.Map(Output, gradient, Shares.Of(Output, Output.Channels, program.Exchange.Ranks)), Call(program.AddReads(sources), 1));
            var (count, grid) = (Output.Channels * map.Chunks * program.Exchange.Ranks, Grids.Of(map.Chunks, Output.Channels));
            program.RequireSums(2L * count);
            program.Add(
                new LaunchCost(nameof(KernelSet.FactorSums), sources.Bytes() + Output.Bytes()),
                () => program.Kernels.FactorSums(program.Stream, grid, program.Memory, program.Sums, program.Reads, map, call));
            program.Exchange.AddGather(program, 0, Output.Channels, 2 * map.Chunks);
            program.Add(
                new LaunchCost(nameof(KernelSet.FactorGradient)),
                () => program.Kernels.FactorGradient(
                    program.Stream,
                    Grids.Of(1),
                    program.Memory,
                    program.Sums,
                    count,
                    layout.Parameters + learned.First,
                    layout.Parameters + learned.Second,
                    layout.Gradients + learned.First,
                    layout.Gradients + learned.Second));
        });
    }

    private ViewSource?[] Sources() => [.. operands.SelectMany(o => o).Select(c => c is { } channel ? new ViewSource(channel) : (ViewSource?)null)];

    private MergeCall Call(int firstChannel, int channelsOfThread) => new()
    {
        Operands = operands.Length,
        FirstChannel = firstChannel,
        ChannelsOfThread = channelsOfThread,
        Factors = fusion?.Factors ?? MemoryLayout.PlainFactors,
    };
}
