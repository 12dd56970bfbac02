using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>A max-out.</summary>
internal sealed class MaxOut(MaxOutNode node, ChannelRef[] inputs, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override IPlannedStep Forward()
    {
        var (sources, values) = (Sources(), Output.Raw);
        return new LaunchStep(node.Name, sources.Buffers().Append(values), program =>
        {
            var (map, first, grid) = (program.Map(Output, values), program.AddReads(sources), Grids.For((long)Output.Batch * Output.Positions));
            program.Add(
                new LaunchCost(nameof(KernelSet.MaxOut), sources.Bytes() + Output.Bytes()),
                () => program.Kernels.MaxOut(program.Stream, grid, program.Memory, program.Reads, map, first, sources.Length));
        });
    }

    public override IEnumerable<IPlannedStep> Backward()
    {
        var (sources, targets) = (Sources(), inputs.Select(GradientTarget.For).ToArray());
        var gradient = new JoinedGradient(Output);
        return [.. gradient.Steps(), new LaunchStep(node.Name, [.. sources.Buffers(), .. targets.Buffers(), gradient.Buffer], program =>
        {
            var (map, read, target) = (program.Map(Output, gradient.Buffer), program.AddReads(sources), program.AddTargets(targets));
            var grid = Grids.For((long)Output.Batch * Output.Positions);
            program.Add(
                new LaunchCost(nameof(KernelSet.MaxOutGradient), sources.Bytes() + Output.Bytes() + targets.Bytes()),
                () => program.Kernels.MaxOutGradient(program.Stream, grid, program.Memory, program.Reads, program.Targets, map, read, target, sources.Length));
        })];
    }

    private ViewSource?[] Sources() => [.. inputs.Select(i => (ViewSource?)new ViewSource(i))];
}
