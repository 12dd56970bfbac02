using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>
/// Box voting (Gidaris and Komodakis, ICCV 2015) as the WIDER FACE test functions of S3FD do it: the boxes around the best one become their
/// score-weighted mean; a box that no other confirms is dropped. Overlaps count pixels, so sides are x2 - x1 + 1.
/// </summary>
internal static class BoxVoting
{
    private const double Overlap = 0.3;

    /// <summary>The voted boxes, best first, at most <paramref name="keep"/>.</summary>
    public static List<FaceDetection> Run(List<FaceDetection> boxes, int keep)
    {
        NonMaximumSuppression.SortByScore(boxes);
        var left = boxes;
        var voted = new List<FaceDetection>();
        while (left.Count > 0 && voted.Count < keep)
        {
            var best = left[0];
            var rest = new List<FaceDetection>(left.Count);
            double x1 = 0, y1 = 0, x2 = 0, y2 = 0, weight = 0;
            var votes = 0;
            foreach (var box in left)
            {
                if (Iou(best, box) < Overlap)
                {
                    rest.Add(box);
                    continue;
                }

                votes++;
                weight += box.Score;
                x1 += (double)box.X1 * box.Score;
                y1 += (double)box.Y1 * box.Score;
                x2 += (double)box.X2 * box.Score;
                y2 += (double)box.Y2 * box.Score;
            }

            if (votes > 1) voted.Add(new FaceDetection((float)(x1 / weight), (float)(y1 / weight), (float)(x2 / weight), (float)(y2 / weight), best.Score));

            // A box of no sensible size may not even overlap itself.
            if (votes == 0) rest.RemoveAt(0);
            left = rest;
        }

        return voted;
    }

    private static double Iou(FaceDetection a, FaceDetection b)
    {
        var width = Math.Max(0.0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1) + 1.0);
        var height = Math.Max(0.0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1) + 1.0);
        var intersection = width * height;
        return intersection / (Area(a) + Area(b) - intersection);
    }

    private static double Area(FaceDetection box) => (box.X2 - box.X1 + 1.0) * (box.Y2 - box.Y1 + 1.0);
}
