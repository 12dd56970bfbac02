using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels.Activation;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>What is done to each channel by itself: each depends on its own, and is carried where its own is.</summary>
internal abstract class ChannelwiseRule<TNode> : ChannelRule<TNode>
    where TNode : Node
{
    protected sealed override void MarkNeeded(Model model, TNode node, bool[] result, bool[][] needed)
    {
        var input = needed[InputOf(node)];
        for (var c = 0; c < result.Length; c++) input[c] |= result[c];
    }

    protected sealed override void Evaluate(ChannelValues values, int v, TNode node)
    {
        var input = InputOf(node);
        for (var c = 0; c < values.Model.Network.ChannelsOf(v); c++)
            values.Set(v, c, values.KindOf(input, c), ConstantOf(values.Model, node, values.ConstantOf(input, c)));
    }

    protected sealed override void Grow(CarriedChannels carried, int v, TNode node) => carried.Mark(v, carried.Of(InputOf(node)));

    protected sealed override Part WritePattern(FixedValues values, int v, TNode node, ImmutableArray<int> channels)
    {
        var places = node.Inputs.Where(p => p != InputOf(node)).Distinct().ToDictionary(p => p, values.NodeOfSizeOf);
        places[InputOf(node)] = values.Write(InputOf(node), channels).Node;
        return new Part(values.Append(node, node.Rewire(p => places[p])), channels);
    }

    /// <summary>The node whose channels it takes.</summary>
    protected static int InputOf(TNode node) => node.ValueInputs[0];

    /// <summary>What it makes of a constant.</summary>
    protected abstract double ConstantOf(Model model, TNode node, double constant);
}

/// <summary>An activation. It is not linear: shifts must be added before it.</summary>
internal abstract class ActivationRule<TNode> : ChannelwiseRule<TNode>
    where TNode : Node
{
    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, TNode node) =>
        (rewriter.Shifted(InputOf(node)) is { } input ? input with { Node = rewriter.Writer.Append(node.Rewire(_ => input.Node), rewriter.Model) } : null, null);
}

/// <summary>A ReLU.</summary>
internal sealed class ReluRule : ActivationRule<ReluNode>
{
    protected override double ConstantOf(Model model, ReluNode node, double constant) => ScalarActivation.Apply(constant, 0);
}

/// <summary>A PReLU.</summary>
internal sealed class PReluRule : ActivationRule<PReluNode>
{
    protected override double ConstantOf(Model model, PReluNode node, double constant) => ScalarActivation.Apply(constant, model.Weights[node.Slope].Data[0]);
}

/// <summary>What takes pixels from others without changing them, so that adding a number before it or behind it is the same.</summary>
internal abstract class ResamplingRule<TNode> : ChannelwiseRule<TNode>
    where TNode : Node
{
    protected override double ConstantOf(Model model, TNode node, double constant) => constant;

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, TNode node)
    {
        if (rewriter.MapsOf(InputOf(node)) is not { } input) return (null, null);
        rewriter.SetShifts(v, [.. rewriter.ShiftsOf(InputOf(node))]);
        return (input with { Node = rewriter.Writer.Append(node.Rewire(p => p == InputOf(node) ? input.Node : rewriter.NodeOfSizeOf(p))) }, null);
    }
}

/// <summary>An upsampling: weighted means of pixels.</summary>
internal sealed class UpsampleRule : ResamplingRule<UpsampleNode>;

/// <summary>A max-pooling: the largest of some pixels; what is padded never is.</summary>
internal sealed class MaxPoolRule : ResamplingRule<MaxPool2dNode>;
