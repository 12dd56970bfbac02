using System.Numerics;

namespace Secateur.Kernels.MaxOut;

/// <summary>The background half of <see cref="MaxOutReference"/> over planes.</summary>
internal static unsafe class PlaneMaxOut
{
    /// <summary>output[p] = max over the first <paramref name="count"/> channels, for positions [start, end).</summary>
    public static void Run(float* first, int planeStride, int count, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width)
        {
            var best = Vector.Load(first + p);
            for (var c = 1; c < count; c++) best = Vector.MaxNative(best, Vector.Load(first + (c * (nint)planeStride) + p));
            best.Store(output + p);
        }

        for (; p < end; p++)
        {
            var best = first[p];
            for (var c = 1; c < count; c++) best = Math.Max(best, first[(c * (nint)planeStride) + p]);
            output[p] = best;
        }
    }
}
