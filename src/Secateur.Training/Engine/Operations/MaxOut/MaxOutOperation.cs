using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.MaxOut;

/// <summary>A max-out.</summary>
internal sealed class MaxOutOperation(EngineContext context, MaxOutNode node, ChannelRef[] inputs, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override IPlannedStep Forward() =>
        new MaxOutForwardStep(node.Name, context, Output, [.. inputs.Select(i => new ViewSource(i))]);

    public override IEnumerable<IPlannedStep> Backward() =>
        [new MaxOutBackwardStep(node.Name, context, Output, [.. inputs.Select(i => new ViewSource(i))], [.. inputs.Select(GradientTarget.For)])];
}
