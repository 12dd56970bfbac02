using System.Collections.Immutable;
using Secateur.Graph;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Export;

/// <summary>
/// Writes what follows a network's heads: anchors become corners and face probabilities (SSD encoding, Liu et al., ECCV 2016), level by level; within
/// a level anchor by anchor of a cell, each row by row.
/// </summary>
internal static class BoxTail
{
    /// <summary>Boxes [N, B, 4] and scores [N, B].</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="head">The head.</param>
    /// <param name="values">The value of each node.</param>
    /// <param name="shapes">The shape of each node; null where any image is taken.</param>
    public static (string Boxes, string Scores) Write(GraphWriter graph, DetectorHead head, string[] values, ImmutableArray<MapShape>? shapes)
    {
        var (boxes, scores) = (new List<string>(), new List<string>());
        for (var k = 0; k < head.Levels.Length; k++)
        {
            var level = head.Levels[k];
            var (loc, conf) = (values[level.Loc], values[level.Scores]);
            var (x, y) = shapes is { } known
                ? (Centres(graph, $"level{k}.x", level.Stride, [known[level.Loc].Width]), Centres(graph, $"level{k}.y", level.Stride, [known[level.Loc].Height, 1]))
                : Centres(graph, $"level{k}", level.Stride, loc);
            for (var a = 0; a < level.Anchors; a++)
            {
                var name = $"level{k}.anchor{a}";
                boxes.Add(Boxes(graph, name, head, level, a, loc, x, y));
                scores.Add(Scores(graph, name, a, conf));
            }
        }

        return (graph.Add("Concat", "anchor.boxes", [.. boxes], Integer("axis", 1)), graph.Add("Concat", "anchor.scores", [.. scores], Integer("axis", 1)));
    }

    /// <summary>The centres of the cells along an axis, for a map of this shape.</summary>
    private static string Centres(GraphWriter graph, string name, int stride, int[] shape) =>
        graph.Weight(name, [.. Enumerable.Range(0, shape[0]).Select(cell => (cell + 0.5f) * stride)], shape);

    /// <summary>The centres of the cells, [w] and [h, 1], of a map of any size.</summary>
    private static (string X, string Y) Centres(GraphWriter graph, string name, int stride, string map)
    {
        var shape = graph.Add("Shape", name + ".shape", [map]);
        return (Axis(".x", 3), graph.Add("Reshape", name + ".y.column", [Axis(".y", 2), graph.Integers(-1, 1)]));

        string Axis(string axis, int number)
        {
            var cells = graph.Add("Gather", name + axis + ".cells", [shape, graph.Integer(number)]);
            var count = graph.Add("Cast", name + axis + ".count", [cells], Integer("to", (long)Format.TensorProto.Types.DataType.Float));
            var numbers = graph.Add("Range", name + axis + ".numbers", [graph.Number(0), count, graph.Number(1)]);
            return graph.Add("Mul", name + axis, [graph.Add("Add", name + axis + ".centred", [numbers, graph.Number(0.5f)]), graph.Number(stride)]);
        }
    }

    private static string Boxes(GraphWriter graph, string name, DetectorHead head, DetectionLevel level, int anchor, string loc, string x, string y)
    {
        var width = level.AnchorSizes[anchor];
        var height = (float)(width * head.AnchorAspect);
        var (left, right) = Sides("x", 0, x, width);
        var (top, bottom) = Sides("y", 1, y, height);
        var corners = graph.Add("Concat", name + ".corners", [left, top, right, bottom], Integer("axis", 1));
        var columns = graph.Add("Reshape", name + ".columns", [corners, graph.Integers(0, DetectionLevel.BoxChannels, -1)]);
        return graph.Add("Transpose", name + ".boxes", [columns], Integers("perm", 0, 2, 1));

        (string Low, string High) Sides(string axis, int first, string centres, float size)
        {
            var shift = graph.Add("Mul", $"{name}.{axis}.shift", [Number($"{name}.{axis}.loc", first), graph.Number(head.Variances.Centre * size)]);
            var centre = graph.Add("Add", $"{name}.{axis}", [shift, centres]);
            var log = graph.Add("Mul", $"{name}.{axis}.log", [Number($"{name}.{axis}.size", first + 2), graph.Number(head.Variances.Size)]);
            var half = graph.Add("Mul", $"{name}.{axis}.half", [graph.Add("Exp", $"{name}.{axis}.exp", [log]), graph.Number(size / 2)]);
            return (graph.Add("Sub", $"{name}.{axis}.low", [centre, half]), graph.Add("Add", $"{name}.{axis}.high", [centre, half]));
        }

        string Number(string part, int number) => Channel(graph, part, loc, (anchor * DetectionLevel.BoxChannels) + number);
    }

    private static string Scores(GraphWriter graph, string name, int anchor, string conf)
    {
        var first = anchor * DetectionLevel.ScoreChannels;
        var difference = graph.Add("Sub", name + ".logit", [Channel(graph, name + ".face", conf, first + 1), Channel(graph, name + ".background", conf, first)]);
        return graph.Add("Reshape", name + ".scores", [graph.Add("Sigmoid", name + ".probability", [difference]), graph.Integers(0, -1)]);
    }

    private static string Channel(GraphWriter graph, string name, string value, int channel) =>
        graph.Add("Slice", name, [value, graph.Integers(channel), graph.Integers(channel + 1), graph.Integers(1)]);
}
