using System.Numerics;

namespace Secateur.Kernels.Merge;

/// <summary>Weighted sums of planes, position by position.</summary>
internal static unsafe class PlaneSum
{
    /// <summary>output[p] = factor * x[p] for positions [start, end); output may be x.</summary>
    public static void Scale(float* x, float factor, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width) (Vector.Load(x + p) * factor).Store(output + p);
        for (; p < end; p++) output[p] = x[p] * factor;
    }

    /// <summary>output[p] = factorA * a[p] + factorB * b[p] for positions [start, end); output may be a or b.</summary>
    public static void Combine(float* a, float factorA, float* b, float factorB, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width) ((Vector.Load(a + p) * factorA) + (Vector.Load(b + p) * factorB)).Store(output + p);
        for (; p < end; p++) output[p] = (a[p] * factorA) + (b[p] * factorB);
    }
}
