using System.Numerics;

namespace Secateur.Kernels.MaxOut;

/// <summary>The background half of S3FD's max-out, the strongest of some channels, over planes.</summary>
internal static unsafe class PlaneMaxOut
{
    /// <summary>output[p] = max over the planes, for positions [start, end).</summary>
    /// <param name="memory">What <paramref name="planes"/> are distances into.</param>
    /// <param name="planes">Position 0 of each background channel.</param>
    /// <param name="output">Position 0 of the result.</param>
    /// <param name="start">First position.</param>
    /// <param name="end">One past the last.</param>
    public static void Run(float* memory, ReadOnlySpan<nint> planes, float* output, int start, int end)
    {
        var width = Vector<float>.Count;
        var p = start;
        for (; p + width <= end; p += width)
        {
            var best = Vector.Load(memory + planes[0] + p);
            foreach (var plane in planes[1..]) best = Vector.MaxNative(best, Vector.Load(memory + plane + p));
            best.Store(output + p);
        }

        for (; p < end; p++)
        {
            var best = memory[planes[0] + p];
            foreach (var plane in planes[1..]) best = Math.Max(best, memory[plane + p]);
            output[p] = best;
        }
    }
}
