using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Maps that are flattened to features and features that become maps again; the sizes of maps.</summary>
internal static class ShapeImport
{
    /// <summary><c>Shape</c>.</summary>
    public static ImportedValue Shape(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var map = MapOf(inputs);
        if (map is not { IsFlat: false, Margins: var margins } || margins != default) throw new NotTakenException("takes the shape of a map that was flattened or padded");
        MapSize[] all = [new(1, map.Node, 0), new(graph.Network.ChannelsOf(map.Node)), new(1, map.Node, 2), new(1, map.Node, 3)];
        var (start, _, count) = Shapes.Slice(all.Length, node.Integer("start", 0), node.Integer("end", all.Length), 1);
        return new ImportedValue.Sizes([.. all.Skip(start).Take(count)]);
    }

    /// <summary><c>Flatten</c>, <c>Reshape</c>, <c>Squeeze</c>, <c>Unsqueeze</c>.</summary>
    public static ImportedValue Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        if (inputs is [ImportedValue.Sizes sizes, ..]) return sizes;
        var map = MapOf(inputs);
        return node.Operator switch
        {
            "Flatten" when node.Integer("axis", 1) is var axis && (axis == 1 || axis == (map.IsFlat ? -1 : -3)) => Flat(graph, map),
            "Squeeze" when AxesOf(inputs, 4) is [2, 3] && !map.IsFlat && graph.Network.IsPixel(map.Node) => Flat(graph, map),
            "Unsqueeze" when AxesOf(inputs, 4) is [2, 3] && map is { IsFlat: true, Window: 1 } => map with { IsFlat = false },
            "Reshape" when inputs.ElementAtOrDefault(1) is { } shape => Reshaped(graph, node, map, SizeArithmetic.Of(shape)),
            _ => throw new NotTakenException("gives a map another shape than [N, C] or [N, C, H, W]"),
        };
    }

    private static long[] AxesOf(IReadOnlyList<ImportedValue?> inputs, int rank) => [.. (OptionalOf(inputs, 1)?.Integers ?? []).Select(a => a < 0 ? a + rank : a).Order()];

    private static ImportedValue Reshaped(GraphImport graph, OnnxNode node, ImportedValue.Map map, ImportedValue.Sizes shape)
    {
        var channels = graph.Network.ChannelsOf(map.Node);
        var features = (double)channels * map.Window * map.Window;
        if (!map.IsFlat && graph.IsOfOneSize) features = channels * (double)graph.Network.SizesOf(map.Node)[0].Height * graph.Network.SizesOf(map.Node)[0].Width;
        var isPixel = graph.Network.IsPixel(map.Node);
        if (node.Integer("allowzero", 0) != 0 && shape.Elements.Any(e => e.Number == 0)) throw new NotTakenException("makes a map without elements (allowzero)");
        return shape.Elements switch
        {
            [var images, var all] when IsImages(images) && (all is { Node: null, Number: -1 } || (all == new MapSize(features) && (isPixel || graph.IsOfOneSize))) => map.IsFlat ? map : Flat(graph, map),
            [var images, var each, { Node: null, Number: 1 }, { Node: null, Number: 1 }] when IsImages(images) && isPixel && map.Window == 1 && (each == new MapSize(channels) || each == new MapSize(-1)) =>
                map with { IsFlat = false },
            _ => throw new NotTakenException("gives a map another shape than [N, C] or [N, C, 1, 1]"),
        };

        // Its own number, all that is left, or the one image that there is.
        bool IsImages(MapSize size) => size is { Node: not null, Axis: 0, Number: 1 } or { Node: null, Number: 0 or -1 or 1 };
    }

    private static ImportedValue Flat(GraphImport graph, ImportedValue.Map map)
    {
        if (map.IsFlat || graph.Network.IsPixel(map.Node)) return map with { IsFlat = true };
        if (!graph.IsOfOneSize) throw new NotTakenException("flattens a map whose size follows from the image's");
        var size = graph.Network.SizesOf(map.Node)[0];
        return size.Height == size.Width ? map with { IsFlat = true, Window = size.Height } : throw new NotTakenException($"flattens a map of {size}, expected a square");
    }
}
