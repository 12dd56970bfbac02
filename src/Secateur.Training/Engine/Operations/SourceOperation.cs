using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations;

/// <summary>What comes from outside: there is nobody to bring its gradient to, but norms and activations over it may learn.</summary>
internal sealed class SourceOperation(StoredMap output, Func<IPlannedStep> forward) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => [];

    public override IPlannedStep Forward() => forward();

    public override IEnumerable<IPlannedStep> Backward() => [];
}
