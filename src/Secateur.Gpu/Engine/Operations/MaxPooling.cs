using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>A max-pooling.</summary>
internal sealed class MaxPooling(MaxPool2dNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override IPlannedStep Forward()
    {
        var (sources, values) = (Sources(), Output.Raw);
        return new LaunchStep(node.Name, sources.Buffers().Append(values), program =>
        {
            var (map, call) = (program.Map(Output, values), Call(program.AddReads(sources)));
            var grid = Grids.For((long)Output.Batch * Output.Positions, Output.Channels);
            program.Add(
                new LaunchCost(nameof(KernelSet.Pool), sources.Bytes() + Output.Bytes()),
                () => program.Kernels.Pool(program.Stream, grid, program.Memory, program.Reads, map, call));
        });
    }

    public override IEnumerable<IPlannedStep> Backward()
    {
        var (sources, targets) = (Sources(), inputs.Select(GradientTarget.For).ToArray());
        var gradient = new JoinedGradient(Output);
        return [.. gradient.Steps(), new LaunchStep(node.Name, [.. sources.Buffers(), .. targets.Buffers(), gradient.Buffer], program =>
        {
            var each = targets.ChannelsOfThread();
            var map = program.Map(Output, gradient.Buffer);
            var call = Call(program.AddReads(sources)) with { FirstTarget = program.AddTargets(targets), ChannelsOfThread = each };
            var grid = Grids.For(Output.Batch * from.Area, Output.Channels / each);
            program.Add(
                new LaunchCost(nameof(KernelSet.PoolGradient), sources.Bytes() + Output.Bytes() + targets.Bytes()),
                () => program.Kernels.PoolGradient(program.Stream, grid, program.Memory, program.Reads, program.Targets, map, call));
        })];
    }

    private ViewSource?[] Sources() => [.. inputs.Select(i => (ViewSource?)new ViewSource(i))];

    private PoolCall Call(int firstChannel) => new()
    {
        Height = from.Height,
        Width = from.Width,
        OutputHeight = Output.Shape.Height,
        OutputWidth = Output.Shape.Width,
        Kernel = node.Kernel,
        Stride = node.Stride,
        Padding = node.Padding,
        FirstChannel = firstChannel,
    };
}
