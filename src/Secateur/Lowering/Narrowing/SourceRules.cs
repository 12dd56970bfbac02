using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>The image: all of it is live, and stays.</summary>
internal sealed class InputRule : ChannelRule<InputNode>
{
    protected override void MarkNeeded(Model model, InputNode node, bool[] result, bool[][] needed)
    {
    }

    protected override void Evaluate(ChannelValues values, int v, InputNode node)
    {
        for (var c = 0; c < node.Channels; c++) values.Set(v, c, ChannelKind.Live, 0);
    }

    protected override void Grow(CarriedChannels carried, int v, InputNode node) => carried.Mark(v, Enumerable.Range(0, node.Channels));

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, InputNode node) => (new Part(rewriter.Writer.Append(node), rewriter.Carried.Of(v)), null);

    protected override Part WritePattern(FixedValues values, int v, InputNode node, ImmutableArray<int> channels) => throw FixedValues.NoPattern(node);
}

/// <summary>A plane of ones: the constant 1.</summary>
internal sealed class OnesRule : ChannelRule<OnesNode>
{
    protected override void MarkNeeded(Model model, OnesNode node, bool[] result, bool[][] needed)
    {
    }

    protected override void Evaluate(ChannelValues values, int v, OnesNode node) => values.Set(v, 0, ChannelKind.Constant, 1);

    protected override void Grow(CarriedChannels carried, int v, OnesNode node)
    {
    }

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, OnesNode node) => (null, null);

    protected override Part WritePattern(FixedValues values, int v, OnesNode node, ImmutableArray<int> channels) => throw FixedValues.NoPattern(node);
}
