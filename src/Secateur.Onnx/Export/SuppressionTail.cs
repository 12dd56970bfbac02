using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Export;

/// <summary>Writes what follows <see cref="BoxTail"/> where faces are wanted: greedy suppression, image by image.</summary>
internal static class SuppressionTail
{
    /// <summary>Boxes [M, 4], scores [M] and image numbers [M] of what stays.</summary>
    public static (string Boxes, string Scores, string Image) Write(GraphWriter graph, (string Boxes, string Scores) all, OnnxExportOptions options)
    {
        var byClass = graph.Add("Reshape", "anchor.scores.class", [all.Scores, graph.Integers(0, 1, -1)]);
        var kept = graph.Add("NonMaxSuppression", "kept",
            [all.Boxes, byClass, graph.Integers(options.MaxDetections), graph.NumberVector(options.Iou), graph.NumberVector(options.Confidence)]);

        // Rows of image, class and anchor: there is one class.
        var anchors = graph.Add("Gather", "kept.anchors", [kept, graph.Integers(0, 2)], Integer("axis", 1));
        return (
            graph.Add("GatherND", "kept.boxes", [all.Boxes, anchors]),
            graph.Add("GatherND", "kept.scores", [all.Scores, anchors]),
            graph.Add("Gather", "kept.image", [kept, graph.Integer(0)], Integer("axis", 1)));
    }
}
