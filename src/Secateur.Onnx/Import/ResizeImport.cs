using Secateur.Graph;
using Secateur.Pixels;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>
/// Maps that are enlarged. In the product's networks a map is enlarged to the size of another one: the sizes name it, or it is the one with which the
/// enlarged map is joined.
/// </summary>
internal static class ResizeImport
{
    /// <summary>Whether the map that gives the size may still come.</summary>
    public static bool Waits(GraphImport graph, OnnxNode node) =>
        graph.ValueOf(node.Input(0)) is ImportedValue.Map && graph.ValueOf(node.Input(3)) is not ImportedValue.Sizes && PartnersOf(graph, node.Outputs[0]).Any(p => graph.ValueOf(p) is null)
        && !PartnersOf(graph, node.Outputs[0]).Any(p => graph.ValueOf(p) is ImportedValue.Map);

    /// <summary><c>Resize</c>.</summary>
    public static ImportedValue Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, input, network) = (MapOf(inputs), NodeOf(inputs), graph.Network);
        if (map.IsFlat || node.Find("axes") is not null || node.Integer("antialias", 0) != 0 || node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw new NotTakenException("has axes, antialias or keep_aspect_ratio_policy, which are not taken");
        var scales = inputs.ElementAtOrDefault(2) is ImportedValue.Constant { Tensor.Count: > 0 } given ? ScaleOf(given.Tensor) : null;
        var sizes = inputs.ElementAtOrDefault(3) is { } wanted ? SizeArithmetic.Of(wanted).Elements : default;
        if (scales is null && (sizes.IsDefault || sizes.Length != 4)) throw new NotTakenException("is given neither constant scales nor the sizes of its result");
        var source = network.SizesOf(input);

        int like;
        if (scales is { } by)
        {
            if (by == 1) return map;
            if (!double.IsInteger(by) && (!graph.IsOfOneSize || source.Any(s => !double.IsInteger(s.Height * by) || !double.IsInteger(s.Width * by))))
                throw new NotTakenException($"has the scale {by}, by which sizes of maps become no whole numbers");
            like = OfSize(graph, node, source.Select(s => new ImageSize((int)(s.Height * by), (int)(s.Width * by))));
        }
        else if (sizes is [_, _, { Node: { } rows, Axis: 2, Number: 1 }, { Node: { } columns, Axis: 3, Number: 1 }] && rows == columns)
        {
            like = rows;
        }
        else if (sizes is [_, _, { Node: { } from, Axis: 2, Number: var factor }, { Node: { } also, Axis: 3, Number: var same }] && from == also && factor == same && double.IsInteger(factor))
        {
            like = OfSize(graph, node, network.SizesOf(from).Select(s => new ImageSize((int)(s.Height * factor), (int)(s.Width * factor))));
        }
        else
        {
            if (!graph.IsOfOneSize || sizes[2].Node is not null || sizes[3].Node is not null || !double.IsInteger(sizes[2].Number) || !double.IsInteger(sizes[3].Number)) throw new NotTakenException("enlarges to a size that follows from no map");
            like = OfSize(graph, node, [new ImageSize((int)sizes[2].Number, (int)sizes[3].Number)]);
        }

        var targets = network.SizesOf(like);
        var isWhole = scales is { } scale ? double.IsInteger(scale) : graph.IsOfOneSize && targets[0].Height % source[0].Height == 0 && targets[0].Width % source[0].Width == 0;
        var mode = ModeOf(node, isWhole);
        return map with { Node = network.Append(new UpsampleNode(network.Name(node.Name), input, like, mode), network.ChannelsOf(input), targets) };
    }

    private static double? ScaleOf(ConstantTensor scales) => scales.Numbers is [1, 1, var rows, var columns] && rows == columns && rows >= 1
        ? rows
        : throw new NotTakenException($"has the scales [{ShownList.Of(scales.Numbers)}], expected 1, 1, and one factor of 1 or more for both axes");

    /// <summary>How pixels are picked, where that is as ONNX says.</summary>
    private static UpsampleMode ModeOf(OnnxNode node, bool isWhole)
    {
        var (mode, coordinates, nearest) = (
            node.Text("mode", "nearest"), node.Text("coordinate_transformation_mode", "half_pixel"), node.Text("nearest_mode", "round_prefer_floor"));
        return (mode, coordinates) switch
        {
            ("nearest", "asymmetric") when nearest == "floor" => UpsampleMode.Nearest,

            // Centres of pixels, rounded, fall into the same pixels where each becomes a whole number of them.
            ("nearest", "half_pixel" or "pytorch_half_pixel" or "half_pixel_symmetric") when isWhole && nearest.StartsWith("round", StringComparison.Ordinal) => UpsampleMode.Nearest,
            ("linear", "half_pixel" or "pytorch_half_pixel") => UpsampleMode.Bilinear,
            _ => throw new NotTakenException($"has the mode {mode}, {coordinates}, {nearest}, which is not how the product enlarges maps"),
        };
    }

    /// <summary>A map of these sizes: the one that the result is joined with, or where the image has one size any.</summary>
    private static int OfSize(GraphImport graph, OnnxNode node, IEnumerable<ImageSize> wanted)
    {
        List<ImageSize> sizes = [.. wanted];
        var partners = PartnersOf(graph, node.Outputs[0]).Select(graph.ValueOf).OfType<ImportedValue.Map>().Select(m => m.Node);
        foreach (var map in partners)
        {
            if (graph.Network.SizesOf(map).SequenceEqual(sizes)) return map;
        }

        for (var map = 0; graph.IsOfOneSize && map < graph.Network.Nodes.Count; map++)
        {
            if (!graph.Network.SizesOf(map).SequenceEqual(sizes)) continue;
            graph.NoteOfOneSize(node, $"enlarges to {sizes[0]}, taken as the size of a map that has it");
            return map;
        }

        throw new NotTakenException($"enlarges to {sizes[0]}, which is no other map's size");
    }

    /// <summary>The values that a value is joined with, also after operators that keep its size.</summary>
    private static IEnumerable<string> PartnersOf(GraphImport graph, string value)
    {
        var (open, seen) = (new Stack<string>([value]), new HashSet<string>(StringComparer.Ordinal));
        while (open.TryPop(out var name))
        {
            foreach (var reader in graph.ReadersOf(name))
            {
                graph.Step(reader.Inputs.Count);
                switch (reader.Operator)
                {
                    case "Add" or "Sub" or "Mul" or "Concat":
                        foreach (var other in reader.Inputs.Where(i => i != name)) yield return other;
                        break;
                    case "Relu" or "LeakyRelu" or "PRelu" or "Clip" or "Sigmoid" or "Identity" or "BatchNormalization" when seen.Add(reader.Outputs[0]):
                    case "Conv" when KeepsSize(graph, reader) && seen.Add(reader.Outputs[0]):
                        open.Push(reader.Outputs[0]);
                        break;
                }
            }
        }
    }

    private static bool KeepsSize(GraphImport graph, OnnxNode conv)
    {
        if (!graph.Graph.Constants.TryGetValue(conv.Input(1), out var weight) || weight.Shape is not [_, _, var height, var width]) return false;
        if (conv.Integers("strides")?.Any(s => s != 1) == true || conv.Integers("dilations")?.Any(d => d != 1) == true) return false;
        if (conv.Text("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal)) return true;
        return (conv.Integers("pads") ?? [0, 0, 0, 0]) is [var top, var left, var bottom, var right] && top + bottom == height - 1 && left + right == width - 1;
    }
}
