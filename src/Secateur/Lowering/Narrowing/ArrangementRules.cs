using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>A concatenation: each channel is one of a part's.</summary>
internal sealed class ConcatRule : ChannelRule<ConcatNode>
{
    protected override void MarkNeeded(Model model, ConcatNode node, bool[] result, bool[][] needed)
    {
        var at = 0;
        foreach (var part in node.Parts)
        {
            for (var c = 0; c < needed[part].Length; c++) needed[part][c] |= result[at + c];
            at += needed[part].Length;
        }
    }

    protected override void Evaluate(ChannelValues values, int v, ConcatNode node)
    {
        var at = 0;
        foreach (var part in node.Parts)
        {
            for (var c = 0; c < values.Model.Network.ChannelsOf(part); c++, at++) values.Set(v, at, values.KindOf(part, c), values.ConstantOf(part, c));
        }
    }

    protected override void Grow(CarriedChannels carried, int v, ConcatNode node)
    {
        var at = 0;
        foreach (var part in node.Parts)
        {
            var first = at;
            carried.Mark(v, carried.Of(part).Select(c => first + c));
            at += carried.Model.Network.ChannelsOf(part);
        }
    }

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, ConcatNode node)
    {
        rewriter.SetShifts(v, [.. node.Parts.SelectMany(rewriter.ShiftsOf)]);
        return (rewriter.Writer.Concat(node.Name, node.Parts.Select(rewriter.Model.Network.ChannelsOf), (part, _, _) => rewriter.MapsOf(node.Parts[part])), null);
    }

    protected override Part WritePattern(FixedValues values, int v, ConcatNode node, ImmutableArray<int> channels) =>
        values.Writer.Concat(FixedValues.NameOf(node), node.Parts.Select(values.Model.Network.ChannelsOf), (part, offset, count) =>
        {
            ImmutableArray<int> own = [.. channels.Where(c => c >= offset && c < offset + count).Select(c => c - offset)];
            return own.IsEmpty ? null : values.Write(node.Parts[part], own);
        })!.Value;
}

/// <summary>A selection: each channel is one of the input's.</summary>
internal sealed class SelectRule : ChannelRule<SelectNode>
{
    protected override void MarkNeeded(Model model, SelectNode node, bool[] result, bool[][] needed)
    {
        for (var c = 0; c < result.Length; c++) needed[node.Input][node.Channels[c]] |= result[c];
    }

    protected override void Evaluate(ChannelValues values, int v, SelectNode node)
    {
        for (var c = 0; c < node.Channels.Length; c++)
            values.Set(v, c, values.KindOf(node.Input, node.Channels[c]), values.ConstantOf(node.Input, node.Channels[c]));
    }

    protected override void Grow(CarriedChannels carried, int v, SelectNode node) =>
        carried.Mark(v, Enumerable.Range(0, node.Channels.Length).Where(c => carried.Has(node.Input, node.Channels[c])));

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, SelectNode node)
    {
        rewriter.SetShifts(v, [.. node.Channels.Select(c => rewriter.ShiftsOf(node.Input)[c])]);
        if (rewriter.MapsOf(node.Input) is not { } all) return (null, null);
        ImmutableArray<int> mapped = [.. rewriter.Carried.Of(v).Where(c => all.Channels.BinarySearch(node.Channels[c]) >= 0)];
        return (mapped.IsEmpty ? null : rewriter.Writer.Select(node.Name, all, [.. mapped.Select(c => node.Channels[c])]) with { Channels = mapped }, null);
    }

    protected override Part WritePattern(FixedValues values, int v, SelectNode node, ImmutableArray<int> channels) =>
        values.Write(node.Input, [.. channels.Select(c => node.Channels[c])]) with { Channels = channels };
}

/// <summary>A max-out: both channels come from one operation over all channels, so that either needs it whole.</summary>
internal sealed class MaxOutRule : ChannelRule<MaxOutNode>
{
    protected override void MarkNeeded(Model model, MaxOutNode node, bool[] result, bool[][] needed)
    {
        if (!Array.Exists(result, r => r)) return;
        Array.Fill(result, true);
        Array.Fill(needed[node.Input], true);
    }

    protected override void Evaluate(ChannelValues values, int v, MaxOutNode node)
    {
        var inputs = Enumerable.Range(0, values.Model.Network.ChannelsOf(node.Input)).ToList();
        var highest = inputs.Max(c => values.KindOf(node.Input, c));
        values.Set(v, 0, highest, inputs.SkipLast(1).Max(c => values.ConstantOf(node.Input, c)));
        values.Set(v, 1, highest, values.ConstantOf(node.Input, inputs[^1]));
    }

    protected override void Grow(CarriedChannels carried, int v, MaxOutNode node)
    {
        if (carried.Values.KindOf(v, 0) == ChannelKind.Live) carried.Mark(v, [0, 1]);
    }

    protected override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, MaxOutNode node) =>
        (rewriter.Carried.Has(v, 0) ? new Part(rewriter.Writer.Append(node with { Input = rewriter.Whole(node.Input) }), [0, 1]) : null, null);

    protected override Part WritePattern(FixedValues values, int v, MaxOutNode node, ImmutableArray<int> channels)
    {
        var whole = values.Write(node.Input, [.. Enumerable.Range(0, values.Model.Network.ChannelsOf(node.Input))]);
        return values.Writer.Select(FixedValues.NameOf(node), new Part(values.Append(node, node with { Input = whole.Node }), [0, 1]), channels);
    }
}
