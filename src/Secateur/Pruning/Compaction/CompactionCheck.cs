using Secateur.Graph;
using Secateur.Runtime;
using Secateur.Runtime.Memory;
using Secateur.Weights;

namespace Secateur.Pruning.Compaction;

/// <summary>Runs a masked and a compacted model side by side: the last word before a compacted model is written.</summary>
public static class CompactionCheck
{
    /// <summary>The largest relative difference that float rounding explains.</summary>
    public const double Tolerance = 1e-4;

    // Even and odd sizes, so that every border case of strided layers occurs.
    private static readonly (int Height, int Width)[] Sizes = [(64, 64), (97, 131), (160, 90)];

    /// <summary>
    /// The largest difference of any output, and of what detection reads, on seeded random images, relative to that output's largest magnitude; infinite when the compacted
    /// model has other outputs, levels or shapes, or is not finite.
    /// </summary>
    /// <exception cref="NetworkException">A network cannot run at the sizes tried (64x64, 97x131, 160x90).</exception>
    public static double MaxRelativeDifference(Model masked, Model compacted)
    {
        var (before, after) = (new InferenceEngine(masked), new InferenceEngine(compacted));
        if (!HaveOneInterface(masked.Network, compacted.Network)) return double.PositiveInfinity;
        using var maskedSession = before.CreateSession();
        using var compactedSession = after.CreateSession();
        var random = new SeededRandom(1);
        var worst = 0.0;
        foreach (var (height, width) in Sizes)
        {
            var pixels = new byte[height * width * 3];
            random.NextBytes(pixels);
            maskedSession.Run(pixels, height, width);
            compactedSession.Run(pixels, height, width);
            foreach (var (expected, actual) in before.Lowered.Model.Network.Results.Zip(after.Lowered.Model.Network.Results))
                worst = Math.Max(worst, Difference(maskedSession.Result(expected), compactedSession.Result(actual)));
        }

        return worst;
    }

    /// <summary>Whether both promise their users the same: the outputs' names, and the head but for where it reads.</summary>
    private static bool HaveOneInterface(Network a, Network b) =>
        a.Outputs.Select(o => o.Name).SequenceEqual(b.Outputs.Select(o => o.Name))
        && a.Head.Rewire(_ => 0).Levels.SequenceEqual(b.Head.Rewire(_ => 0).Levels)
        && (a.Head.AnchorAspect, a.Head.Variances, a.Head.Pixels) == (b.Head.AnchorAspect, b.Head.Variances, b.Head.Pixels);

    private static double Difference(ResultMap expected, ResultMap actual)
    {
        if ((expected.Channels, expected.Height, expected.Width) != (actual.Channels, actual.Height, actual.Width)) return double.PositiveInfinity;
        var (largest, difference) = (0.0, 0.0);
        for (var c = 0; c < expected.Channels; c++)
        {
            for (var y = 0; y < expected.Height; y++)
            {
                var a = expected.Row(c, y);
                var b = actual.Row(c, y);
                for (var x = 0; x < a.Length; x++)
                {
                    if (!float.IsFinite(a[x]) || !float.IsFinite(b[x])) return double.PositiveInfinity;
                    largest = Math.Max(largest, Math.Abs((double)a[x]));
                    difference = Math.Max(difference, Math.Abs((double)a[x] - b[x]));
                }
            }
        }

        return difference == 0 ? 0 : difference / largest;
    }
}
