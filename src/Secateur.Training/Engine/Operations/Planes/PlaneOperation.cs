using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>A function of one plane of each operand, channel by channel.</summary>
internal sealed class PlaneOperation(EngineContext context, PlaneFunction function, ChannelRef[][] operands, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => operands.SelectMany(o => o);

    public override bool NeedsInputsBackward => true;

    public override IPlannedStep Forward() => new PlaneForwardStep(context, function, Sources(), Output);

    public override IEnumerable<IPlannedStep> Backward()
    {
        // The same order as within the step: channel by channel, operand by operand.
        var targets = operands.Select(o => new GradientTarget?[o.Length]).ToArray();
        for (var c = 0; c < Output.Channels; c++)
        {
            for (var i = 0; i < operands.Length; i++) targets[i][c] = GradientTarget.For(operands[i][c]);
        }

        return [new PlaneBackwardStep(context, function, Sources(), targets, Output)];
    }

    private ViewSource[][] Sources() => [.. operands.Select(o => o.Select(c => new ViewSource(c)).ToArray())];
}
