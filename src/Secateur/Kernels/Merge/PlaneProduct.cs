using System.Numerics;

namespace Secateur.Kernels.Merge;

/// <summary>Products of planes, position by position.</summary>
internal static unsafe class PlaneProduct
{
    /// <summary>output[p] = a[p] * b[p] for positions [start, end); output may be a or b.</summary>
    public static void Run(float* a, float* b, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width) (Vector.Load(a + p) * Vector.Load(b + p)).Store(output + p);
        for (; p < end; p++) output[p] = a[p] * b[p];
    }
}
