using System.Collections.Immutable;
using Secateur.Graph;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Channels that are joined and picked; elements of sizes likewise.</summary>
internal static class ChannelImport
{
    /// <summary><c>Concat</c>.</summary>
    public static ImportedValue Concat(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        if (inputs.OfType<ImportedValue.Map>().FirstOrDefault() is not { } first)
            return new ImportedValue.Sizes([.. inputs.SelectMany(i => SizeArithmetic.Of(i).Elements)]);
        RequireChannels(node.Integer("axis", 0), first);
        if (inputs is [ImportedValue.Background most, ImportedValue.Map last]) return MaxOut(graph, node, most.Node, last);
        ImmutableArray<int> parts = [.. Enumerable.Range(0, inputs.Count).Select(i => NodeOf(inputs, i))];
        if (inputs.OfType<ImportedValue.Map>().Any(m => m.IsFlat != first.IsFlat) || parts.Any(p => !graph.Network.SizesOf(p).SequenceEqual(graph.Network.SizesOf(parts[0]))))
            throw new NotTakenException($"joins maps of unequal size, {ShownList.Of(parts.Select(p => graph.Network.SizesOf(p)[0]))}");
        if (parts.Length == 1) return first;
        return first with { Node = graph.Network.Append(new ConcatNode(graph.Network.Name(node.Name), parts), graph.Network.ChannelsOf(parts), graph.Network.SizesOf(parts[0])) };
    }

    /// <summary><c>Slice</c>.</summary>
    public static ImportedValue Slice(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (starts, ends, axes, steps) = (ConstantOf(inputs, 1), ConstantOf(inputs, 2), OptionalOf(inputs, 3), OptionalOf(inputs, 4));
        if (new[] { ends, axes, steps }.Any(c => c is not null && c.Count != starts.Count)) throw new NotTakenException("has starts, ends, axes and steps of unequal number");
        if (inputs[0] is ImportedValue.Sizes sizes)
        {
            var (start, step, count) = starts.Count == 1 ? Shapes.Slice(sizes.Elements.Length, starts.Integers[0], ends.Integers[0], steps?.Integers[0] ?? 1) : throw new NotTakenException("slices sizes along several axes");
            return new ImportedValue.Sizes([.. Enumerable.Range(0, count).Select(i => sizes.Elements[start + (i * step)])]);
        }

        var map = MapOf(inputs);
        for (var i = 0; i < starts.Count; i++)
        {
            if (IsChannels(axes?.Integers[i] ?? i, map))
            {
                var (start, step, count) = Shapes.Slice(graph.Network.ChannelsOf(map.Node), starts.Integers[i], ends.Integers[i], steps?.Integers[i] ?? 1);
                map = Select(graph, node, map, [.. Enumerable.Range(0, count).Select(c => start + (c * step))]);
            }
            else if (starts.Integers[i] != 0 || ends.Integers[i] < int.MaxValue || (steps?.Integers[i] ?? 1) != 1)
            {
                throw new NotTakenException("takes a part of a map's pixels");
            }
        }

        return map;
    }

    /// <summary><c>Split</c>.</summary>
    public static ImportedValue[] Split(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, given, parts) = (MapOf(inputs), OptionalOf(inputs, 1), node.Outputs.Count);
        RequireChannels(node.Integer("axis", 0), map);
        var channels = graph.Network.ChannelsOf(map.Node);
        var each = (channels + parts - 1) / parts;
        long[] counts = given?.Integers ?? [.. Enumerable.Range(0, parts).Select(i => (long)Math.Min(each, channels - (i * each)))];
        if (counts.Length != parts || counts.Any(c => c < 1 || c > channels) || counts.Sum() != channels) throw new NotTakenException($"splits {channels} channels into [{ShownList.Of(counts)}]");
        var from = 0;
        return [.. counts.Select(count => Select(graph, node, map, [.. Enumerable.Range((from += (int)count) - (int)count, (int)count)]))];
    }

    /// <summary><c>Gather</c>.</summary>
    public static ImportedValue Gather(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var indices = ConstantOf(inputs, 1);
        if (indices.Shape.Length > 1) throw new NotTakenException("picks by a matrix of numbers");
        if (inputs[0] is ImportedValue.Sizes sizes)
        {
            var elements = sizes.Elements;
            return new ImportedValue.Sizes([.. indices.Integers.Select(i => elements[Index(i, elements.Length)])]);
        }

        var map = MapOf(inputs);
        RequireChannels(node.Integer("axis", 0), map);
        if (indices.Shape.Length == 0) throw new NotTakenException("takes one channel away from its axis");
        return Select(graph, node, map, [.. indices.Integers.Select(i => Index(i, graph.Network.ChannelsOf(map.Node)))]);
    }

    /// <summary><c>Max</c>, where it is the background of a max-out.</summary>
    public static ImportedValue Background(GraphImport graph, IReadOnlyList<ImportedValue?> inputs)
    {
        var selects = inputs.Select(i => i is ImportedValue.Map map ? graph.Network.Nodes[map.Node] as SelectNode : null).ToList();
        if (selects is not [{ Input: var input }, ..] || selects.Select((select, c) => select?.Input == input && select.Channels is [var channel] && channel == c).Contains(false)
            || selects.Count != graph.Network.ChannelsOf(input) - 1)
            throw new NotTakenException("takes the largest of values that are not all channels of a map but the last, one by one");
        return new ImportedValue.Background(input);
    }

    private static ImportedValue.Map MaxOut(GraphImport graph, OnnxNode node, int input, ImportedValue.Map last)
    {
        var count = graph.Network.ChannelsOf(input);
        if (graph.Network.Nodes[last.Node] is not SelectNode { Channels: [var channel] } select || select.Input != input || channel != count - 1)
            throw new NotTakenException("joins the largest of some channels with another than the last one");
        return last with { Node = graph.Network.Append(new MaxOutNode(graph.Network.Name(node.Name), input), 2, graph.Network.SizesOf(input)) };
    }

    private static int Index(long index, int count) => index >= -count && index < count
        ? (int)(index < 0 ? index + count : index)
        : throw new NotTakenException($"picks number {index} of {count}");

    private static ImportedValue.Map Select(GraphImport graph, OnnxNode node, ImportedValue.Map map, ImmutableArray<int> channels)
    {
        if (map is not { Window: 1, Margins: var margins } || margins != default) throw new NotTakenException("picks channels of a map that was flattened or padded");
        if (channels.Length == graph.Network.ChannelsOf(map.Node) && channels.SequenceEqual(Enumerable.Range(0, channels.Length))) return map;
        if (channels.IsEmpty || !Ascending.Is(channels.AsSpan())) throw new NotTakenException("picks channels in another order than they have");
        return map with { Node = graph.Network.Append(new SelectNode(graph.Network.Name(node.Name), map.Node, channels), channels.Length, graph.Network.SizesOf(map.Node)) };
    }

    private static void RequireChannels(long axis, ImportedValue.Map map)
    {
        if (!IsChannels(axis, map)) throw new NotTakenException($"works along axis {axis} of a map, expected 1, the channels");
    }

    private static bool IsChannels(long axis, ImportedValue.Map map) => axis == 1 || axis == (map.IsFlat ? -1 : -3);
}
