using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Upsample;

/// <summary>An upsampling.</summary>
internal sealed class UpsampleOperation(EngineContext context, UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override IPlannedStep Forward() =>
        new UpsampleForwardStep(node, context, Output, [.. inputs.Select(i => new ViewSource(i))], from);

    public override IEnumerable<IPlannedStep> Backward() =>
        [new UpsampleBackwardStep(node, context, Output, [.. inputs.Select(GradientTarget.For)], from)];
}
