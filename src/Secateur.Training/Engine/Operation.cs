using Secateur.Graph;
using Secateur.Training.Engine.Convolution;
using Secateur.Training.Engine.Elementwise;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine;

/// <summary>What computes a stored map: its step forward, and those backward.</summary>
internal abstract class Operation(StoredMap output)
{
    public StoredMap Output { get; } = output;

    /// <summary>The channels that it reads; absent ones count as zero.</summary>
    public abstract IEnumerable<ChannelRef> Inputs { get; }

    /// <summary>Whether its gradient needs the values of what it reads.</summary>
    public virtual bool NeedsInputsBackward => false;

    /// <summary>Arithmetic per value: what it costs to compute it again.</summary>
    public virtual double CostPerValue => double.PositiveInfinity;

    /// <summary>What it costs to compute all of an image's values again.</summary>
    public double Cost => CostPerValue * Output.Channels * Output.Positions;

    /// <summary>The step that computes the map from where its inputs are now to where it is now.</summary>
    public abstract TrainingStep Forward(EngineContext context);

    /// <summary>The steps that bring the gradient by the map to its inputs and parameters.</summary>
    public abstract IEnumerable<TrainingStep> Backward(EngineContext context);

    protected static GradientTarget? Target(ChannelRef channel) => channel.View.NeedsGradient ? new GradientTarget(channel) : null;
}

/// <summary>What comes from outside: there is nobody to bring its gradient to, but norms and activations over it may learn.</summary>
internal sealed class SourceOperation(StoredMap output, Func<TrainingStep> forward) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => [];

    public override TrainingStep Forward(EngineContext context) => forward();

    public override IEnumerable<TrainingStep> Backward(EngineContext context) => [];
}

/// <summary>A convolution.</summary>
internal sealed class ConvOperation(Network network, Conv2dNode node, ConvLayer layer, ChannelRef[] inputs, StoredMap output) : Operation(output)
{
    private readonly ConvTiles _tiles = new(
        network.GeometryOf(node), layer.GroupInputs, layer.GroupOutputs, inputs[0].View.Map.Shape, output.Shape);

    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override double CostPerValue => layer.Taps;

    public override TrainingStep Forward(EngineContext context) =>
        new ConvForwardStep(node.Name, context, layer, _tiles, [.. inputs.Select(i => new ViewSource(i))], Output);

    public override IEnumerable<TrainingStep> Backward(EngineContext context)
    {
        var sources = inputs.Select(i => new ViewSource(i)).ToArray();
        var step = new ConvBackwardStep(node.Name, context, layer, _tiles, sources, [.. inputs.Select(Target)], Output);
        yield return step;
        yield return new WeightSumStep(node.Name, context, layer, step.Partials);
    }
}

/// <summary>A sum of two operands, or a copy of one.</summary>
internal sealed class MergeOperation(string name, ChannelRef?[][] operands, MergeFactors factors, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => operands.SelectMany(o => o).OfType<ChannelRef>();

    public override bool NeedsInputsBackward => factors.AreLearned;

    public override TrainingStep Forward(EngineContext context) => new MergeForwardStep(name, context, Output, Sources(), factors);

    public override IEnumerable<TrainingStep> Backward(EngineContext context)
    {
        // The same order as within the step: channel by channel, operand by operand.
        var targets = operands.Select(o => new GradientTarget?[o.Length]).ToArray();
        for (var c = 0; c < Output.Channels; c++)
        {
            for (var i = 0; i < operands.Length; i++) targets[i][c] = operands[i][c] is { } channel ? Target(channel) : null;
        }

        var step = new MergeBackwardStep(name, context, Output, Sources(), targets, factors);
        yield return step;
        if (factors.AreLearned) yield return new FactorGradientStep(name, context, step.FactorGradients, factors);
    }

    private ViewSource?[][] Sources() => [.. operands.Select(o => o.Select(c => c is { } channel ? new ViewSource(channel) : (ViewSource?)null).ToArray())];
}

/// <summary>An upsampling.</summary>
internal sealed class UpsampleOperation(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override TrainingStep Forward(EngineContext context) =>
        new UpsampleForwardStep(node.Name, context, node.Mode, Output, [.. inputs.Select(i => new ViewSource(i))], from);

    public override IEnumerable<TrainingStep> Backward(EngineContext context) =>
        [new UpsampleBackwardStep(node.Name, context, node.Mode, Output, [.. inputs.Select(Target)], from)];
}

/// <summary>A max-out.</summary>
internal sealed class MaxOutOperation(MaxOutNode node, ChannelRef[] inputs, StoredMap output) : Operation(output)
{
    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override TrainingStep Forward(EngineContext context) =>
        new MaxOutForwardStep(node.Name, context, Output, [.. inputs.Select(i => new ViewSource(i))]);

    public override IEnumerable<TrainingStep> Backward(EngineContext context) =>
        [new MaxOutBackwardStep(node.Name, context, Output, [.. inputs.Select(i => new ViewSource(i))], [.. inputs.Select(Target)])];
}
