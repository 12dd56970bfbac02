using System.Numerics;

namespace Secateur.Kernels.Activation;

/// <summary>Limits planes to a range.</summary>
internal static unsafe class PlaneClip
{
    /// <summary>output[p] = min(max(x[p], min), max) for positions [start, end); output may be x.</summary>
    public static void Run(float* x, float min, float max, float* output, int start, int end)
    {
        var (least, most) = (new Vector<float>(min), new Vector<float>(max));
        var width = Vector<float>.Count;
        var p = start;

        // The second operand is what comes back of NaN.
        for (; p + width <= end; p += width) Vector.MinNative(most, Vector.MaxNative(least, Vector.Load(x + p))).Store(output + p);
        for (; p < end; p++) output[p] = Math.Min(Math.Max(x[p], min), max);
    }
}
