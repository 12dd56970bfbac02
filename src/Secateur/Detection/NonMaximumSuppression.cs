using System.Runtime.InteropServices;
using Secateur.Pixels;

namespace Secateur.Detection;

/// <summary>Greedy suppression: the best box stays, those that overlap it too much go, and so on.</summary>
internal static class NonMaximumSuppression
{
    /// <summary>Reduces <paramref name="boxes"/> to those that stay, best first; equal scores keep their order.</summary>
    /// <param name="boxes">Changed in place.</param>
    /// <param name="iou">Boxes that overlap a better one by more than this are dropped.</param>
    /// <param name="keep">Boxes kept at most.</param>
    public static void Run(List<FaceDetection> boxes, float iou, int keep)
    {
        SortByScore(boxes);
        var all = CollectionsMarshal.AsSpan(boxes);
        var kept = new BoxColumns(Math.Min(keep, all.Length));
        for (var i = 0; i < all.Length && kept.Count < keep; i++)
        {
            if (kept.OverlapsAny(all[i], iou)) continue;
            all[kept.Count] = all[i];
            kept.Add(all[i]);
        }

        boxes.RemoveRange(kept.Count, boxes.Count - kept.Count);
    }

    /// <summary>Best score first; equal scores keep their order.</summary>
    public static void SortByScore(List<FaceDetection> boxes)
    {
        var all = CollectionsMarshal.AsSpan(boxes);
        var keys = new long[all.Length];
        for (var i = 0; i < keys.Length; i++) keys[i] = ScoreRank.Key(all[i].Score, i);
        Array.Sort(keys);
        var sorted = new FaceDetection[all.Length];
        for (var i = 0; i < keys.Length; i++) sorted[i] = all[(int)keys[i]];
        sorted.CopyTo(all);
    }
}
