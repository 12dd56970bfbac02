using ILGPU;
using Secateur.Graph;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Loss;

/// <summary>Smooth L1 of an anchor's box with beta 1: half the square up to 1, then linear.</summary>
internal static class BoxLoss
{
    /// <summary>Writes the four gradients; returns the loss.</summary>
    public static double Add(
        ArrayView<float> memory, long box, long gradients, BoxEdges face, Anchor anchor, BoxVariances variances, double divisor)
    {
        var sum = Add(memory, box, gradients, Shift(face.Left, face.Right, anchor.CentreX, anchor.Width, variances.Centre), divisor);
        sum += Add(memory, box + 1, gradients + 1, Shift(face.Top, face.Bottom, anchor.CentreY, anchor.Height, variances.Centre), divisor);
        sum += Add(memory, box + 2, gradients + 2, Growth(face.Left, face.Right, anchor.Width, variances.Size), divisor);
        return sum + Add(memory, box + 3, gradients + 3, Growth(face.Top, face.Bottom, anchor.Height, variances.Size), divisor);
    }

    private static double Add(ArrayView<float> memory, long value, long gradient, float target, double divisor)
    {
        var difference = (double)memory[value] - target;
        var size = Math.Abs(difference);
        memory[gradient] = (float)(Clamp(difference) / divisor);
        return size < 1 ? 0.5 * difference * difference : size - 0.5;
    }

    private static double Clamp(double difference)
    {
        if (double.IsNaN(difference)) return difference;
        return difference < -1 ? -1 : difference > 1 ? 1 : difference;
    }

    private static float Shift(float low, float high, float centre, float extent, float variance) =>
        RoundedFloat.Quotient(((low + high) / 2) - centre, RoundedFloat.Product(variance, extent));

    private static float Growth(float low, float high, float extent, float variance) =>
        RoundedFloat.Quotient((float)DoubleMath.Log(RoundedFloat.Quotient(high - low, extent)), variance);
}
