using System.Numerics;

namespace Secateur.Kernels.Activation;

/// <summary><see cref="ScalarActivation.Sigmoid"/> over planes, within 2e-7.</summary>
internal static unsafe class PlaneSigmoid
{
    // Added to a number of moderate size, it leaves the nearest integer in the last bits of the sum.
    private const float Rounding = 12582912;

    // Beyond it the result is 0 or 1 to within any float.
    private const float MostPower = 126;

    /// <summary>output[p] = 1 / (1 + exp(-x[p])) for positions [start, end); output may be x.</summary>
    public static void Run(float* x, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width) (Vector<float>.One / (Vector<float>.One + PowerOfTwo(Vector.Load(x + p) * -MathF.Log2(MathF.E)))).Store(output + p);
        for (; p < end; p++) output[p] = 1 / (1 + MathF.Exp(-x[p]));
    }

    /// <summary>2^t: that of the nearest integer by its bits, that of the rest by the first terms of its series.</summary>
    private static Vector<float> PowerOfTwo(Vector<float> t)
    {
        // The second operand is what comes back of NaN.
        t = Vector.MinNative(new Vector<float>(MostPower), Vector.MaxNative(new Vector<float>(-MostPower), t));
        var shifted = t + new Vector<float>(Rounding);
        var rest = t - (shifted - new Vector<float>(Rounding));
        var sum = new Vector<float>(1.5252734e-5f);
        sum = (sum * rest) + new Vector<float>(1.5403530e-4f);
        sum = (sum * rest) + new Vector<float>(1.3333558e-3f);
        sum = (sum * rest) + new Vector<float>(9.6181291e-3f);
        sum = (sum * rest) + new Vector<float>(5.5504109e-2f);
        sum = (sum * rest) + new Vector<float>(0.24022651f);
        sum = (sum * rest) + new Vector<float>(0.69314718f);
        sum = (sum * rest) + Vector<float>.One;
        return sum * Vector.AsVectorSingle(Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23) + Vector.AsVectorInt32(Vector<float>.One));
    }
}
