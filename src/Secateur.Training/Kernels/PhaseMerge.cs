using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Training.Kernels;

/// <summary>The way back from phases: the values of each go to every stride-th place of a row.</summary>
internal static unsafe class PhaseMerge
{
    /// <summary>target[stride * i + p] = source[p * distance + i], or += it; nothing behind the last element is written.</summary>
    /// <param name="source">The first phase.</param>
    /// <param name="distance">Floats from one phase to the next.</param>
    /// <param name="stride">The number of phases.</param>
    /// <param name="target">The row.</param>
    /// <param name="count">Elements of the row.</param>
    /// <param name="accumulate">Whether to add.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, nint distance, int stride, float* target, int count, bool accumulate)
    {
        var start = stride == 2 ? Interleave(source, source + distance, target, count, accumulate) : 0;
        for (var p = 0; p < stride; p++)
        {
            var phase = source + (p * distance);
            if (accumulate)
            {
                for (int i = start, at = (stride * start) + p; at < count; i++, at += stride) target[at] += phase[i];
            }
            else
            {
                for (int i = start, at = (stride * start) + p; at < count; i++, at += stride) target[at] = phase[i];
            }
        }
    }

    /// <summary>Two phases, as far as whole vectors go; returns how many elements of each that were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Interleave(float* even, float* odd, float* target, int count, bool accumulate)
    {
        var width = Vector128<float>.Count;
        var i = 0;
        for (; 2 * (i + width) <= count; i += width)
        {
            var (low, high) = Zip(Vector128.Load(even + i), Vector128.Load(odd + i));
            var at = target + (2 * i);
            if (accumulate) (low, high) = (low + Vector128.Load(at), high + Vector128.Load(at + width));
            low.Store(at);
            high.Store(at + width);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}
