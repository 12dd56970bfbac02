using System.Runtime.InteropServices;
using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>Greedy suppression: the best box stays, those that overlap it too much go, and so on.</summary>
internal static class NonMaximumSuppression
{
    /// <summary>Reduces <paramref name="boxes"/> to those that stay, best first; equal scores keep their order.</summary>
    /// <param name="boxes">Changed in place.</param>
    /// <param name="iou">Boxes that overlap a better one by more than this are dropped.</param>
    /// <param name="topK">Boxes considered, best first.</param>
    /// <param name="keep">Boxes kept at most.</param>
    public static void Run(List<FaceDetection> boxes, float iou, int topK, int keep)
    {
        SortByScore(boxes);
        if (boxes.Count > topK) boxes.RemoveRange(topK, boxes.Count - topK);
        var all = CollectionsMarshal.AsSpan(boxes);
        var kept = 0;
        for (var i = 0; i < all.Length && kept < keep; i++)
        {
            if (!OverlapsAny(all[..kept], all[i], iou)) all[kept++] = all[i];
        }

        boxes.RemoveRange(kept, boxes.Count - kept);
    }

    /// <summary>Best score first; equal scores keep their order.</summary>
    public static void SortByScore(List<FaceDetection> boxes)
    {
        var all = CollectionsMarshal.AsSpan(boxes);
        var keys = new (float Score, int Index)[all.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = (all[i].Score, i);
        Array.Sort(keys, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Index.CompareTo(b.Index));
        var sorted = new FaceDetection[all.Length];
        for (var i = 0; i < keys.Length; i++) sorted[i] = all[keys[i].Index];
        sorted.CopyTo(all);
    }

    private static bool OverlapsAny(ReadOnlySpan<FaceDetection> kept, FaceDetection box, float iou)
    {
        var area = (box.X2 - box.X1) * (box.Y2 - box.Y1);
        foreach (var other in kept)
        {
            var width = MathF.Min(box.X2, other.X2) - MathF.Max(box.X1, other.X1);
            var height = MathF.Min(box.Y2, other.Y2) - MathF.Max(box.Y1, other.Y1);
            if (width <= 0 || height <= 0) continue;
            var intersection = width * height;
            if (intersection > iou * (area + ((other.X2 - other.X1) * (other.Y2 - other.Y1)) - intersection)) return true;
        }

        return false;
    }
}
