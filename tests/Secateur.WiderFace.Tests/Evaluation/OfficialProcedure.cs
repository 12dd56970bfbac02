using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.WiderFace.Tests.Evaluation;

/// <summary>
/// The evaluation step by step as the protocol describes it: predictions in falling score order, running counts after each, every threshold
/// looked up in every image, the curve with its end points. Slow and plain.
/// </summary>
internal static class OfficialProcedure
{
    private const int Thresholds = 1000;

    public static double AveragePrecision(
        WiderGroundTruth truth, IReadOnlyDictionary<WiderImageName, IReadOnlyList<WiderPrediction>> predictions, WiderSettings setting)
    {
        var scores = predictions.Values.SelectMany(list => list).Select(prediction => prediction.Score).ToArray();
        var (lowest, highest) = (scores.Min(), scores.Max());
        var (proposed, found) = (new double[Thresholds], new double[Thresholds]);
        var faceCount = 0;
        foreach (var image in truth.Images)
        {
            faceCount += image.Faces.Count(face => face.CountsIn.HasFlag(setting));
            var sorted = predictions[image.Name].OrderByDescending(prediction => prediction.Score).ToArray();
            if (image.Faces.Length == 0 || sorted.Length == 0) continue;
            var (isProposal, foundUpTo) = Walk(image, sorted, setting);
            for (var t = 0; t < Thresholds; t++)
            {
                var threshold = 1 - ((t + 1) / (double)Thresholds);
                var last = Array.FindLastIndex(sorted, prediction => (prediction.Score - lowest) / (highest - lowest) >= threshold);
                if (last < 0) continue;
                proposed[t] += isProposal[..(last + 1)].Count(proposal => proposal);
                found[t] += foundUpTo[last];
            }
        }
        double[] recall = [0, .. found.Select(count => count / faceCount), 1];
        double[] precision = [0, .. found.Zip(proposed, (hits, count) => count == 0 ? 0 : hits / count), 0];
        for (var i = precision.Length - 2; i >= 0; i--) precision[i] = Math.Max(precision[i], precision[i + 1]);
        return Enumerable.Range(1, recall.Length - 1).Sum(i => (recall[i] - recall[i - 1]) * precision[i]);
    }

    private static (bool[] IsProposal, int[] FoundUpTo) Walk(WiderGroundTruthImage image, WiderPrediction[] sorted, WiderSettings setting)
    {
        var found = new HashSet<int>();
        var (isProposal, foundUpTo) = (new bool[sorted.Length], new int[sorted.Length]);
        for (var i = 0; i < sorted.Length; i++)
        {
            var overlaps = image.Faces.Select(face => Overlap(face, sorted[i])).ToArray();
            var best = Array.IndexOf(overlaps, overlaps.Max());
            isProposal[i] = true;
            if (overlaps[best] >= 0.5)
            {
                if (image.Faces[best].CountsIn.HasFlag(setting)) found.Add(best);
                else isProposal[i] = false;
            }
            foundUpTo[i] = found.Count;
        }
        return (isProposal, foundUpTo);
    }

    private static double Overlap(WiderGroundTruthFace a, WiderPrediction b)
    {
        var width = Math.Min(a.X + a.Width, b.X + b.Width) - Math.Max(a.X, b.X) + 1;
        var height = Math.Min(a.Y + a.Height, b.Y + b.Height) - Math.Max(a.Y, b.Y) + 1;
        if (width <= 0 || height <= 0) return 0;
        var union = ((a.Width + 1) * (a.Height + 1)) + ((b.Width + 1) * (b.Height + 1)) - (width * height);
        return width * height / union;
    }
}
