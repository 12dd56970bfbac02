using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>A product: a channel is computed where it is live, of the two channels as they are; times a constant zero it is that.</summary>
internal sealed class MultiplyRule : ChannelRule<MultiplyNode>
{
    protected override void MarkNeeded(Model model, MultiplyNode node, bool[] result, bool[][] needed)
    {
        for (var c = 0; c < result.Length; c++)
        {
            needed[node.Input][c] |= result[c];
            needed[node.Factor][c] |= result[c];
        }
    }

    protected override void Evaluate(ChannelValues values, int v, MultiplyNode node)
    {
        for (var c = 0; c < values.Model.Network.ChannelsOf(v); c++)
        {
            var kind = values.IsZero(node.Input, c) || values.IsZero(node.Factor, c)
                ? ChannelKind.Constant
                : ChannelValues.Max(values.KindOf(node.Input, c), values.KindOf(node.Factor, c));
            values.Set(v, c, kind, values.ConstantOf(node.Input, c) * values.ConstantOf(node.Factor, c));
        }
    }

    protected override void Grow(CarriedChannels carried, int v, MultiplyNode node) => carried.Mark(v, LiveOf(carried, v));

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, MultiplyNode node)
    {
        ImmutableArray<int> live = [.. LiveOf(rewriter.Carried, v)];
        if (live.IsEmpty) return (null, null);
        var (input, factor) = (rewriter.Whole(node.Input, live), rewriter.Whole(node.Factor, live));
        return (new Part(rewriter.Writer.Append(node with { Input = input, Factor = factor }), live), null);
    }

    protected override Part WritePattern(FixedValues values, int v, MultiplyNode node, ImmutableArray<int> channels)
    {
        var (input, factor) = (values.Write(node.Input, channels), values.Write(node.Factor, channels));
        return new Part(values.Append(node, node with { Input = input.Node, Factor = factor.Node }), channels);
    }

    private static IEnumerable<int> LiveOf(CarriedChannels carried, int v) =>
        Enumerable.Range(0, carried.Model.Network.ChannelsOf(v)).Where(c => carried.Values.KindOf(v, c) == ChannelKind.Live);
}
