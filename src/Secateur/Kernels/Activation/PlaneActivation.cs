using System.Numerics;

namespace Secateur.Kernels.Activation;

/// <summary><see cref="ScalarActivation"/> over planes.</summary>
internal static unsafe class PlaneActivation
{
    /// <summary>output[p] = max(x[p], 0) + slope * min(x[p], 0) for positions [start, end); output may be x.</summary>
    public static void Run(float* x, float slope, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width)
        {
            var v = Vector.Load(x + p);
            (Vector.MaxNative(v, Vector<float>.Zero) + (Vector.MinNative(v, Vector<float>.Zero) * slope)).Store(output + p);
        }

        for (; p < end; p++) output[p] = x[p] > 0 ? x[p] : slope * x[p];
    }
}
