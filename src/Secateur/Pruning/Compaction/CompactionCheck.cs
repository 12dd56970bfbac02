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

    private const int SizesTried = 3;

    // Even and odd sizes, so that every border case of strided layers occurs; then such as networks take that join maps only where sizes divide evenly,
    // or that have a last layer as large as a map of theirs.
    private static readonly (int Height, int Width)[] Sizes = [(64, 64), (97, 131), (160, 90), (64, 128), (224, 224), (256, 192), (320, 480), (640, 640)];

    /// <summary>
    /// The largest difference of any output, and of what detection reads, on seeded random images, relative to that output's largest magnitude; infinite when the compacted
    /// model has other outputs, levels or shapes, or is not finite.
    /// </summary>
    /// <exception cref="NetworkException">A network cannot run at any of the sizes tried, from 64x64 to 640x640.</exception>
    public static double MaxRelativeDifference(Model masked, Model compacted)
    {
        var (before, after) = (new InferenceEngine(masked), new InferenceEngine(compacted));
        if (!HaveOneInterface(masked.Network, compacted.Network)) return double.PositiveInfinity;
        using var maskedSession = before.CreateSession();
        using var compactedSession = after.CreateSession();
        var random = new SeededRandom(1);
        var worst = 0.0;
        foreach (var (height, width) in SizesOf(masked.Network))
        {
            var image = new SampleImage(random, SampleImage.ChannelsOf(masked.Network), height, width);
            image.Run(maskedSession);
            image.Run(compactedSession);
            foreach (var (expected, actual) in before.Lowered.Model.Network.Results.Zip(after.Lowered.Model.Network.Results))
                worst = Math.Max(worst, Difference(maskedSession.Result(expected), compactedSession.Result(actual)));
        }

        return worst;
    }

    /// <summary>The first sizes that a network takes.</summary>
    private static List<(int Height, int Width)> SizesOf(Network network)
    {
        List<(int Height, int Width)> taken = [.. Sizes.Where(size => Takes(network, size)).Take(SizesTried)];
        if (taken.Count == 0) NetworkShapes.Infer(network, Sizes[^1].Height, Sizes[^1].Width);
        return taken;
    }

    private static bool Takes(Network network, (int Height, int Width) size)
    {
        try
        {
            NetworkShapes.Infer(network, size.Height, size.Width);
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }

    /// <summary>Whether both promise their users the same: the outputs' names, and the head but for where it reads.</summary>
    private static bool HaveOneInterface(Network a, Network b) =>
        a.Outputs.Select(o => o.Name).SequenceEqual(b.Outputs.Select(o => o.Name))
        && a.Head.Rewire(_ => 0).Levels.SequenceEqual(b.Head.Rewire(_ => 0).Levels)
        && (a.Head.AnchorAspect, a.Head.Variances, a.Head.Pixels, a.Head.Boxes, a.Head.Scores) == (b.Head.AnchorAspect, b.Head.Variances, b.Head.Pixels, b.Head.Boxes, b.Head.Scores);

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
