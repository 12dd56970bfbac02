using Secateur.Graph;
using Secateur.Runtime;
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
    /// The largest difference of any output on seeded random images, relative to that output's largest magnitude; infinite when the compacted
    /// model lacks an output, has one of another shape, or is not finite.
    /// </summary>
    /// <exception cref="NetworkException">A network cannot run at the sizes tried (64x64, 97x131, 160x90).</exception>
    public static double MaxRelativeDifference(Model masked, Model compacted)
    {
        var (before, after) = (new InferenceEngine(masked), new InferenceEngine(compacted));
        if (!masked.Network.Outputs.Select(o => o.Name).SequenceEqual(compacted.Network.Outputs.Select(o => o.Name))) return double.PositiveInfinity;
        using var maskedSession = before.CreateSession();
        using var compactedSession = after.CreateSession();
        var random = new Random(1);
        var worst = 0.0;
        foreach (var (height, width) in Sizes)
        {
            var pixels = new byte[height * width * 3];
            random.NextBytes(pixels);
            maskedSession.Run(pixels, height, width);
            compactedSession.Run(pixels, height, width);
            foreach (var output in masked.Network.Outputs) worst = Math.Max(worst, Difference(maskedSession, compactedSession, output.Name));
        }

        return worst;
    }

    private static double Difference(InferenceSession masked, InferenceSession compacted, string output)
    {
        var shape = masked.OutputShape(output);
        if (compacted.OutputShape(output) != shape) return double.PositiveInfinity;
        var expected = new float[shape.Channels * shape.Area];
        var actual = new float[expected.Length];
        masked.CopyOutput(output, expected);
        compacted.CopyOutput(output, actual);
        if (!Array.TrueForAll(expected, float.IsFinite) || !Array.TrueForAll(actual, float.IsFinite)) return double.PositiveInfinity;
        var largest = expected.Max(Math.Abs);
        var difference = expected.Zip(actual, (a, b) => Math.Abs(a - (double)b)).Max();
        return difference == 0 ? 0 : difference / largest;
    }
}
