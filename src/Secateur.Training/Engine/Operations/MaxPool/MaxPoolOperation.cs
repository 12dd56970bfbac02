using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.MaxPool;

/// <summary>A max-pooling.</summary>
internal sealed class MaxPoolOperation(EngineContext context, MaxPool2dNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override IPlannedStep Forward() =>
        new MaxPoolForwardStep(node, context, Output, [.. inputs.Select(i => new ViewSource(i))], from);

    public override IEnumerable<IPlannedStep> Backward() =>
        [new MaxPoolBackwardStep(node, context, Output, [.. inputs.Select(i => new ViewSource(i))], [.. inputs.Select(GradientTarget.For)], from)];
}
