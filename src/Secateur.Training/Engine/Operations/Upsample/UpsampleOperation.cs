using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Upsample;

/// <summary>An upsampling.</summary>
internal sealed class UpsampleOperation(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override TrainingStep Forward(EngineContext context) =>
        new UpsampleForwardStep(node, context, Output, [.. inputs.Select(i => new ViewSource(i))], from);

    public override IEnumerable<TrainingStep> Backward(EngineContext context) =>
        [new UpsampleBackwardStep(node, context, Output, [.. inputs.Select(GradientTarget.For)], from)];
}
