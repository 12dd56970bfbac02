using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels.Activation;
using Secateur.Lowering.Parameters;
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
        {
            var constant = values.ConstantOf(input, c);
            values.Set(v, c, KindOf(node, values.KindOf(input, c), constant), ConstantOf(values.Model, node, c, constant));
        }
    }

    protected sealed override void Grow(CarriedChannels carried, int v, TNode node) => carried.Mark(v, carried.Of(InputOf(node)));

    protected sealed override Part WritePattern(FixedValues values, int v, TNode node, ImmutableArray<int> channels)
    {
        var input = values.Write(InputOf(node), channels);
        return Over(values.Writer, values.Model, node with { Name = FixedValues.NameOf(node) }, input, values.NodeOfSizeOf);
    }

    /// <summary>The node over some channels of its input.</summary>
    /// <param name="writer">Where to write it.</param>
    /// <param name="model">The original.</param>
    /// <param name="node">The node.</param>
    /// <param name="input">The channels.</param>
    /// <param name="nodeOfSizeOf">Finds a node that is as large as an original one.</param>
    protected static Part Over(GraphWriter writer, Model model, Node node, Part input, Func<int, int> nodeOfSizeOf)
    {
        var rewired = node.Rewire(p => p == node.ValueInputs[0] ? input.Node : nodeOfSizeOf(p));
        return input with { Node = writer.Append(rewired, model, input.Channels) };
    }

    /// <summary>The node over what is carried of its input, once the numbers that belong to it are added.</summary>
    protected static (Part? Maps, Part? Added) WriteShifted(Rewriter rewriter, TNode node) =>
        (rewriter.Shifted(InputOf(node)) is { } input ? Over(rewriter.Writer, rewriter.Model, node, input, rewriter.NodeOfSizeOf) : null, null);

    /// <summary>The node whose channels it takes.</summary>
    protected static int InputOf(TNode node) => node.ValueInputs[0];

    /// <summary>What a channel depends on.</summary>
    /// <param name="node">The node.</param>
    /// <param name="kind">What the input's channel depends on.</param>
    /// <param name="constant">The number that this one is, if it is constant.</param>
    protected virtual ChannelKind KindOf(TNode node, ChannelKind kind, double constant) => kind;

    /// <summary>What it makes of a constant.</summary>
    protected abstract double ConstantOf(Model model, TNode node, int channel, double constant);
}

/// <summary>An activation. It is not linear: shifts must be added before it.</summary>
internal abstract class ActivationRule<TNode> : ChannelwiseRule<TNode>
    where TNode : Node
{
    protected sealed override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, TNode node) => WriteShifted(rewriter, node);
}

/// <summary>A ReLU.</summary>
internal sealed class ReluRule : ActivationRule<ReluNode>
{
    protected override double ConstantOf(Model model, ReluNode node, int channel, double constant) => ScalarActivation.Apply(constant, 0);
}

/// <summary>A PReLU.</summary>
internal sealed class PReluRule : ActivationRule<PReluNode>
{
    protected override double ConstantOf(Model model, PReluNode node, int channel, double constant) =>
        ScalarActivation.Apply(constant, Slopes.Of(model, node, channel));
}

/// <summary>A range.</summary>
internal sealed class ClipRule : ActivationRule<ClipNode>
{
    protected override double ConstantOf(Model model, ClipNode node, int channel, double constant) => Math.Clamp(constant, node.Min, node.Max);
}

/// <summary>A sigmoid.</summary>
internal sealed class SigmoidRule : ActivationRule<SigmoidNode>
{
    protected override double ConstantOf(Model model, SigmoidNode node, int channel, double constant) => ScalarActivation.Sigmoid(constant);
}

/// <summary>What takes pixels from others without changing them, so that adding a number before it or behind it is the same.</summary>
internal abstract class ResamplingRule<TNode> : ChannelwiseRule<TNode>
    where TNode : Node
{
    protected override double ConstantOf(Model model, TNode node, int channel, double constant) => constant;

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, TNode node)
    {
        if (rewriter.MapsOf(InputOf(node)) is not { } input) return (null, null);
        rewriter.SetShifts(v, [.. rewriter.ShiftsOf(InputOf(node))]);
        return (Over(rewriter.Writer, rewriter.Model, node, input, rewriter.NodeOfSizeOf), null);
    }
}

/// <summary>An upsampling: weighted means of pixels.</summary>
internal sealed class UpsampleRule : ResamplingRule<UpsampleNode>;

/// <summary>A max-pooling: the largest of some pixels; what is padded never is.</summary>
internal sealed class MaxPoolRule : ResamplingRule<MaxPool2dNode>;

/// <summary>The mean of all pixels.</summary>
internal sealed class GlobalAveragePoolRule : ResamplingRule<GlobalAveragePoolNode>;

/// <summary>Means of some pixels. Where zeros around the map count, a number that was added before is not the same at the borders.</summary>
internal sealed class AveragePoolRule : ResamplingRule<AveragePool2dNode>
{
    protected override ChannelKind KindOf(AveragePool2dNode node, ChannelKind kind, double constant) =>
        constant != 0 && CountsZeros(node) ? ChannelKind.Pattern : kind;

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, AveragePool2dNode node) =>
        CountsZeros(node) ? WriteShifted(rewriter, node) : base.Write(rewriter, v, node);

    private static bool CountsZeros(AveragePool2dNode node) => node is { CountPadding: true, Padding: > 0 };
}
