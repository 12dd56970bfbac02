using Secateur.Graph;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Pools: the largest values and the means of windows, and means of whole maps.</summary>
internal static class PoolImport
{
    /// <summary><c>MaxPool</c> and <c>AveragePool</c>.</summary>
    public static ImportedValue Window(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var map = MapOf(inputs);
        if (map.IsFlat) throw new NotTakenException("reads a map that was flattened");
        if (node.Outputs.Count > 1) throw new NotTakenException("tells where the largest values were");
        if (node.Integers("kernel_shape") is not [>= 1 and <= 64 and var height, >= 1 and <= 64 and var width] || height != width)
            throw new NotTakenException("has a window that is no square of at most 64 pixels");
        var sizes = graph.Network.SizesOf(map.Node);
        var (rows, columns) = WindowAxis.Read(graph, node, ((int)height, (int)width), map);
        if (rows != columns || rows.Before != rows.After || rows.Dilation != 1 || rows.Before > rows.Kernel / 2)
            throw new NotTakenException($"has the pads [{rows.Before}, {columns.Before}, {rows.After}, {columns.After}], strides {rows.Stride} and {columns.Stride}, dilation {rows.Dilation}: expected equal ones");
        if (node.Integer("ceil_mode", 0) != 0) RequireWhole(graph, node, sizes.SelectMany(s => new[] { s.Height, s.Width }), rows);
        var counts = rows.Before > 0 && (map.Margins != default || node.Integer("count_include_pad", 0) != 0);
        if (map.Margins != default && PadsItself(node) && node.Integer("count_include_pad", 0) == 0) throw new NotTakenException("pads a padded map once more");
        var name = graph.Network.Name(node.Name);
        Node pool = node.Operator == "MaxPool"
            ? new MaxPool2dNode(name, map.Node, rows.Kernel, rows.Stride, rows.Before)
            : new AveragePool2dNode(name, map.Node, rows.Kernel, rows.Stride, rows.Before, counts);
        return new ImportedValue.Map(graph.Network.Windowed(map.Node, pool, graph.Network.ChannelsOf(map.Node), new(rows.Kernel, rows.Stride, rows.Before, 1)));
    }

    /// <summary><c>GlobalAveragePool</c>, and <c>ReduceMean</c> over height and width.</summary>
    public static ImportedValue Mean(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, input) = (MapOf(inputs), NodeOf(inputs));
        var isReduction = node.Operator == "ReduceMean";
        var axes = OptionalOf(inputs, 1)?.Integers ?? [.. node.Integers("axes") ?? []];
        if (map.IsFlat || (isReduction && !axes.Select(a => a < 0 ? a + 4 : a).Order().SequenceEqual([2, 3])))
            throw new NotTakenException($"takes means over the axes [{ShownList.Of(axes)}], expected height and width of a map");
        var mean = new GlobalAveragePoolNode(graph.Network.Name(node.Name), input);
        var result = graph.Network.Append(mean, graph.Network.ChannelsOf(input), [.. graph.Network.SizesOf(input).Select(_ => new Pixels.ImageSize(1, 1))]);
        return new ImportedValue.Map(result) { IsFlat = isReduction && node.Integer("keepdims", 1) == 0 };
    }

    private static bool PadsItself(OnnxNode node) => node.Text("auto_pad", "NOTSET") switch
    {
        "NOTSET" => node.Integers("pads") is { } pads && pads.Any(p => p != 0),
        "VALID" => false,
        _ => true,
    };

    private static void RequireWhole(GraphImport graph, OnnxNode node, IEnumerable<int> sizes, WindowAxis axis)
    {
        if (sizes.Any(s => (s + (2 * axis.Before) - axis.Kernel) % axis.Stride != 0)) throw new NotTakenException("rounds sizes up (ceil_mode), for maps where that is another size");
        if (!graph.IsOfOneSize) graph.Notes.Add($"{node}: rounds sizes up, taken as one that rounds down: the same where maps divide evenly");
    }
}
