using System.Collections.Immutable;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Evaluation;

/// <summary>A point of a precision-recall curve.</summary>
/// <param name="Recall">Faces found of all faces, 0 to 1.</param>
/// <param name="Precision">Faces found of all detections so far, 0 to 1.</param>
public readonly record struct RecallPoint(double Recall, double Precision);

/// <summary>
/// Average precision of boxes as COCO defines it (Lin et al., ECCV 2014, and pycocotools): detections of all images by falling score, each taking the
/// face of its image that it overlaps most and that none took before; precision at 101 recalls, each the best at that or a higher recall.
/// </summary>
/// <param name="Ap50">At IoU 0.5; null without faces.</param>
/// <param name="Ap">The mean at IoU 0.5, 0.55, ..., 0.95; null without faces.</param>
/// <param name="Faces">Labelled faces.</param>
/// <param name="Detections">Detections.</param>
/// <param name="Curve">Precision over recall at IoU 0.5, a point a detection.</param>
public sealed record BoxPrecision(double? Ap50, double? Ap, int Faces, int Detections, ImmutableArray<RecallPoint> Curve)
{
    private const int RecallSteps = 100;
    private const int Thresholds = 10;

    /// <summary>Measures the detections of images against their faces.</summary>
    /// <param name="images">The images.</param>
    /// <param name="found">The detections of each, best first; all of them count.</param>
    public static BoxPrecision Of(IReadOnlyList<LabelledImage> images, IReadOnlyList<IReadOnlyList<FaceDetection>> found)
    {
        var faces = images.Sum(i => i.Faces.Length);
        if (faces == 0) return new BoxPrecision(null, null, 0, found.Sum(f => f.Count), []);
        var overlaps = images.Zip(found, (image, boxes) => boxes.Select(box => image.Faces.Select(face => Iou(face, box)).ToArray()).ToArray()).ToArray();
        var scores = found.SelectMany(boxes => boxes.Select(b => b.Score)).ToArray();
        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ToArray();
        var precisions = new double[Thresholds];
        ImmutableArray<RecallPoint> curve = [];
        for (var t = 0; t < Thresholds; t++)
        {
            var hits = overlaps.SelectMany(image => Match(image, 0.5 + (0.05 * t))).ToArray();
            var points = Accumulate(order.Select(i => hits[i]), faces);
            precisions[t] = Average(points);
            if (t == 0) curve = points;
        }

        return new BoxPrecision(precisions[0], precisions.Average(), faces, scores.Length, curve);
    }

    /// <summary>Which detections of an image, best first, find a face.</summary>
    private static bool[] Match(double[][] overlaps, double threshold)
    {
        var taken = new HashSet<int>();
        return [.. overlaps.Select(overlap =>
        {
            var best = -1;
            for (var face = 0; face < overlap.Length; face++)
            {
                if (overlap[face] >= threshold && !taken.Contains(face) && (best < 0 || overlap[face] >= overlap[best])) best = face;
            }

            return best >= 0 && taken.Add(best);
        })];
    }

    private static ImmutableArray<RecallPoint> Accumulate(IEnumerable<bool> hits, int faces)
    {
        var (found, all) = (0, 0);
        return [.. hits.Select(hit => new RecallPoint((found += hit ? 1 : 0) / (double)faces, found / (double)++all))];
    }

    private static double Average(ImmutableArray<RecallPoint> curve)
    {
        var best = new double[curve.Length + 1];
        for (var i = curve.Length - 1; i >= 0; i--) best[i] = Math.Max(best[i + 1], curve[i].Precision);
        var (sum, at) = (0.0, 0);
        for (var step = 0; step <= RecallSteps; step++)
        {
            while (at < curve.Length && curve[at].Recall < (step < RecallSteps ? step * 0.01 : 1)) at++;
            sum += best[at];
        }

        return sum / (RecallSteps + 1);
    }

    private static double Iou(LabelledFace face, FaceDetection box)
    {
        var width = Math.Min(face.X2, box.X2) - (double)Math.Max(face.X1, box.X1);
        var height = Math.Min(face.Y2, box.Y2) - (double)Math.Max(face.Y1, box.Y1);
        if (width <= 0 || height <= 0) return 0;
        var common = width * height;
        return common / (((double)face.Width * face.Height) + ((double)(box.X2 - box.X1) * (box.Y2 - box.Y1)) - common);
    }
}
