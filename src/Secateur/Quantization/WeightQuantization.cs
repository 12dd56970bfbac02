using Secateur.Kernels;
using Secateur.Lowering;
using Secateur.Weights;

namespace Secateur.Quantization;

/// <summary>The whole numbers of weights.</summary>
internal static class WeightQuantization
{
    // Scales tried between that of the largest weight and half of it.
    private const int Cuts = 50;

    // Any scale will do for zeros; programs that count biases in products of scales lose those that are small beside it.
    private const float OfNothing = 1f / 1024;

    /// <summary>Rounds each filter to whole numbers times a scale, the one of the least squared error.</summary>
    /// <returns>What the numbers stand for, and the scale of each filter.</returns>
    public static (Tensor Weight, float[] Scales) Run(Tensor weight)
    {
        var (rounded, scales) = (weight.Clone(), new float[weight.Shape[0]]);
        var size = weight.Length / scales.Length;
        for (var o = 0; o < scales.Length; o++) scales[o] = Run(rounded.Data.AsSpan(o * size, size));
        return (rounded, scales);
    }

    private static float Run(Span<float> filter)
    {
        if (DeadFilters.IsDead(filter))
        {
            filter.Clear();
            return OfNothing;
        }

        var largest = 0f;
        foreach (var value in filter) largest = Math.Max(largest, MathF.Abs(value));
        var (scale, least) = (0f, double.PositiveInfinity);
        for (var cut = 0; cut < Cuts; cut++)
        {
            var candidate = (float)(largest * (1 - (0.5 * cut / Cuts)) / ModelQuantization.MostWeight);
            var error = 0.0;
            foreach (var value in filter)
            {
                var lost = value - ((double)Whole(value, candidate) * candidate);
                error += lost * lost;
            }

            if (error < least) (scale, least) = (candidate, error);
        }

        foreach (ref var value in filter) value = Whole(value, scale) * scale;
        return scale;
    }

    private static float Whole(float value, float scale) => Math.Clamp(MathF.Round(value / scale), -ModelQuantization.MostWeight, ModelQuantization.MostWeight);
}
