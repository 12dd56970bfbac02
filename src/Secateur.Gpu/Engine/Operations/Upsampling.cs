using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Kernels.Upsample;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Operations.Upsample;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>An upsampling.</summary>
internal sealed class Upsampling(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override IPlannedStep Forward()
    {
        var (sources, values) = (inputs.Select(i => (ViewSource?)new ViewSource(i)).ToArray(), Output.Raw);
        return new LaunchStep(node.Name, sources.Buffers().Append(values), program =>
        {
            var (map, call) = (program.Map(Output, values), Call(program, program.AddReads(sources), 1));
            var grid = Grids.For((long)Output.Batch * Output.Positions, Output.Channels);
            program.Add(
                new LaunchCost(nameof(KernelSet.Upsample), sources.Bytes() + Output.Bytes()),
                () => program.Kernels.Upsample(program.Stream, grid, program.Memory, program.Tables, program.Reads, map, call));
        });
    }

    public override IEnumerable<IPlannedStep> Backward()
    {
        var targets = inputs.Select(GradientTarget.For).ToArray();
        var gradient = new JoinedGradient(Output);
        return [.. gradient.Steps(), new LaunchStep(node.Name, targets.Buffers().Append(gradient.Buffer), program =>
        {
            var each = targets.ChannelsOfThread();
            var (map, call) = (program.Map(Output, gradient.Buffer), Call(program, program.AddTargets(targets), each));
            var grid = Grids.For(Output.Batch * from.Area, Output.Channels / each);
            program.Add(
                new LaunchCost(nameof(KernelSet.UpsampleGradient), Output.Bytes() + targets.Bytes()),
                () => program.Kernels.UpsampleGradient(program.Stream, grid, program.Memory, program.Tables, program.Targets, map, call));
        })];
    }

    private UpsampleCall Call(GpuProgram program, int firstChannel, int channelsOfThread)
    {
        var rows = UpsampleTaps.Of(node, from.Height, Output.Shape.Height);
        var columns = UpsampleTaps.Of(node, from.Width, Output.Shape.Width);
        return new UpsampleCall
        {
            Height = from.Height,
            Width = from.Width,
            OutputWidth = Output.Shape.Width,
            FirstRow = program.AddTable(rows.SelectMany(Numbers)),
            FirstColumn = program.AddTable(columns.SelectMany(Numbers)),
            FirstRowRange = program.AddTable(Ranges(rows, from.Height)),
            FirstColumnRange = program.AddTable(Ranges(columns, from.Width)),
            FirstChannel = firstChannel,
            ChannelsOfThread = channelsOfThread,
        };
    }

    // Nearest taps have no second pixel.
    private static int[] Numbers(BilinearTap tap) => [tap.Low, tap.T == 0 ? tap.Low : tap.High, BitConverter.SingleToInt32Bits(tap.T)];

    /// <summary>For each input pixel, the output pixels that take from it, which follow each other: from, to.</summary>
    private static IEnumerable<int> Ranges(BilinearTap[] taps, int inputs)
    {
        for (var source = 0; source < inputs; source++)
        {
            var first = Array.FindIndex(taps, t => t.Low == source || (t.T != 0 && t.High == source));
            var last = Array.FindLastIndex(taps, t => t.Low == source || (t.T != 0 && t.High == source));
            yield return Math.Max(first, 0);
            yield return last + 1;
        }
    }
}
