using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>Takes rows apart into their column phases: phase p of a row holds its columns stride * x + p.</summary>
internal static unsafe class PhaseSplit
{
    /// <summary>target[k * planeStride + x] = source[stride * x + phases[k]], as far as the row goes.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="source">The row.</param>
    /// <param name="columns">Its length.</param>
    /// <param name="stride">The stride.</param>
    /// <param name="phases">The phases held.</param>
    /// <param name="target">Where the first one goes.</param>
    /// <param name="planeStride">Floats from one to the next.</param>
    public static void Run(SimdLevel level, float* source, int columns, int stride, ReadOnlySpan<int> phases, float* target, nint planeStride)
    {
        // Vectors for the splits that networks are made of; the last columns and all others one by one.
        var done = 0;
        if (phases.Length == stride && stride is 2 or 4)
        {
            done = level switch
            {
                SimdLevel.Vector512 => Split<Simd512, Vector512<float>>(source, columns, stride, target, planeStride),
                SimdLevel.Vector256 => Split<Simd256, Vector256<float>>(source, columns, stride, target, planeStride),
                _ => Split<Simd128, Vector128<float>>(source, columns, stride, target, planeStride),
            };
        }

        for (var k = 0; k < phases.Length; k++)
        {
            var plane = target + (k * planeStride);
            var count = Count(columns, stride, phases[k]);
            if (stride == 1) new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(plane, count));
            else for (var x = done; x < count; x++) plane[x] = source[(stride * x) + phases[k]];
        }
    }

    /// <summary>How many of a row's columns are of a phase.</summary>
    public static int Count(int columns, int stride, int phase) => Math.Max(0, (columns - phase + stride - 1) / stride);

    [MethodImpl(KernelCode.Options)]
    private static int Split<TSimd, TVector>(float* source, int columns, int stride, float* target, nint planeStride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        var whole = columns / (stride * width) * width;
        if (stride == 2)
        {
            for (var x = 0; x < whole; x += width, source += 2 * width)
            {
                var (a, b) = (TSimd.Load(source), TSimd.Load(source + width));
                TSimd.Store(target + x, TSimd.Even(a, b));
                TSimd.Store(target + planeStride + x, TSimd.Odd(a, b));
            }
        }
        else
        {
            for (var x = 0; x < whole; x += width, source += 4 * width)
            {
                var (a, b, c, d) = (TSimd.Load(source), TSimd.Load(source + width), TSimd.Load(source + (2 * width)), TSimd.Load(source + (3 * width)));
                var (even, laterEven) = (TSimd.Even(a, b), TSimd.Even(c, d));
                var (odd, laterOdd) = (TSimd.Odd(a, b), TSimd.Odd(c, d));
                TSimd.Store(target + x, TSimd.Even(even, laterEven));
                TSimd.Store(target + planeStride + x, TSimd.Even(odd, laterOdd));
                TSimd.Store(target + (2 * planeStride) + x, TSimd.Odd(even, laterEven));
                TSimd.Store(target + (3 * planeStride) + x, TSimd.Odd(odd, laterOdd));
            }
        }

        return whole;
    }
}
