using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Merge;

/// <summary>A sum of two operands, or a copy of one.</summary>
internal sealed class MergeOperation(EngineContext context, string name, ChannelRef?[][] operands, MergeFactors factors, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => operands.SelectMany(o => o).OfType<ChannelRef>();

    public override bool NeedsInputsBackward => factors.AreLearned;

    public override IPlannedStep Forward() => new MergeForwardStep(name, context, Output, Sources(), factors);

    public override IEnumerable<IPlannedStep> Backward()
    {
        // The same order as within the step: channel by channel, operand by operand.
        var targets = operands.Select(o => new GradientTarget?[o.Length]).ToArray();
        for (var c = 0; c < Output.Channels; c++)
        {
            for (var i = 0; i < operands.Length; i++) targets[i][c] = operands[i][c] is { } channel ? GradientTarget.For(channel) : null;
        }

        var step = new MergeBackwardStep(name, context, Output, Sources(), targets, factors);
        yield return step;
        if (!factors.AreLearned) yield break;
        if (context.Collective.Size > 1) yield return new GatherStep(name, context, step.FactorGradients, MergeBackwardStep.FactorFloats);
        yield return new FactorGradientStep(name, context, step.FactorGradients, factors);
    }

    private ViewSource?[][] Sources() => [.. operands.Select(o => o.Select(c => c is { } channel ? new ViewSource(channel) : (ViewSource?)null).ToArray())];
}
