using Secateur.Training.Loss;

namespace Secateur.Training.Tests.Loss;

/// <summary>The matching as its paper writes it down: every face against every anchor, whole sorts. What the quick one must equal.</summary>
internal static class ExhaustiveMatcher
{
    public static (int[] Faces, bool[] IsPositive) Match(AnchorGrid grid, FaceBox[] faces)
    {
        var anchors = Enumerable.Range(0, grid.Count).Select(a => Corners(grid[a])).ToArray();
        var overlaps = new float[anchors.Length];
        var matches = new int[anchors.Length];
        for (var j = 0; j < faces.Length; j++)
        {
            for (var a = 0; a < anchors.Length; a++)
            {
                var overlap = Iou(faces[j], anchors[a]);
                if (overlap > overlaps[a]) (matches[a], overlaps[a]) = (j, overlap);
            }
        }

        var best = faces.Select(f => BestAnchor(grid, f)).ToList();
        for (var j = 0; j < faces.Length; j++) (matches[best[j].Anchor], overlaps[best[j].Anchor]) = (j, 2);
        var more = (best.Count(b => b.Overlap >= 0.35f) + best.Count(b => b.Overlap >= 0.5f)) / 2;
        var isPositive = overlaps.Select(o => o >= 0.35f).ToArray();
        var nearMisses = Enumerable.Range(0, anchors.Length).Where(a => overlaps[a] is > 0.1f and < 0.35f).OrderByDescending(a => overlaps[a]).Take(more);
        foreach (var a in nearMisses) isPositive[a] = true;
        return (matches, isPositive);
    }

    /// <summary>The anchor that a face overlaps most, the first of equals.</summary>
    public static (int Anchor, float Overlap) BestAnchor(AnchorGrid grid, FaceBox face) =>
        Enumerable.Range(0, grid.Count).Select(a => (Anchor: a, Overlap: Iou(face, Corners(grid[a])))).MaxBy(o => o.Overlap);

    private static FaceBox Corners(Anchor a) =>
        new(a.CentreX - (a.Width / 2), a.CentreY - (a.Height / 2), a.CentreX + (a.Width / 2), a.CentreY + (a.Height / 2));

    private static float Iou(FaceBox a, FaceBox b)
    {
        var width = MathF.Max(MathF.Min(a.X2, b.X2) - MathF.Max(a.X1, b.X1), 0);
        var height = MathF.Max(MathF.Min(a.Y2, b.Y2) - MathF.Max(a.Y1, b.Y1), 0);
        var intersection = width * height;
        return intersection / (((a.X2 - a.X1) * (a.Y2 - a.Y1)) + ((b.X2 - b.X1) * (b.Y2 - b.Y1)) - intersection);
    }
}
