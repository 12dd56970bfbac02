using System.Runtime.CompilerServices;
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
        // Vectors for the strides that networks have; the last columns and all others one by one.
        var done = 0;
        if (stride is 2 or 4)
        {
            var planes = stackalloc float*[4];
            for (var phase = 0; phase < stride; phase++) planes[phase] = phases.IndexOf(phase) is >= 0 and var k ? target + (k * planeStride) : null;
            done = SimdDispatch.Run(level, new SplitCall(source, columns, stride, planes)).Done;
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

    private struct SplitCall(float* source, int columns, int stride, float** planes) : ISimdCall
    {
        public int Done { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Done = Split<TSimd, TVector>(source, columns, stride, planes);
    }

    /// <summary>Writes the columns of each phase to its plane, unless that is null: as many as fill whole vectors.</summary>
    /// <returns>How many these are, of every phase.</returns>
    [MethodImpl(KernelCode.Options)]
    private static int Split<TSimd, TVector>(float* source, int columns, int stride, float** planes)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        var whole = columns / (stride * width) * width;
        float* p0 = planes[0], p1 = planes[1], p2 = planes[2], p3 = planes[3];
        if (stride == 2)
        {
            for (var x = 0; x < whole; x += width, source += 2 * width)
            {
                var (a, b) = (TSimd.Load(source), TSimd.Load(source + width));
                if (p0 is not null) TSimd.Store(p0 + x, TSimd.Even(a, b));
                if (p1 is not null) TSimd.Store(p1 + x, TSimd.Odd(a, b));
            }
        }
        else
        {
            for (var x = 0; x < whole; x += width, source += 4 * width)
            {
                var (a, b, c, d) = (TSimd.Load(source), TSimd.Load(source + width), TSimd.Load(source + (2 * width)), TSimd.Load(source + (3 * width)));
                var (even, laterEven) = (TSimd.Even(a, b), TSimd.Even(c, d));
                var (odd, laterOdd) = (TSimd.Odd(a, b), TSimd.Odd(c, d));
                if (p0 is not null) TSimd.Store(p0 + x, TSimd.Even(even, laterEven));
                if (p1 is not null) TSimd.Store(p1 + x, TSimd.Even(odd, laterOdd));
                if (p2 is not null) TSimd.Store(p2 + x, TSimd.Odd(even, laterEven));
                if (p3 is not null) TSimd.Store(p3 + x, TSimd.Odd(odd, laterOdd));
            }
        }

        return whole;
    }
}
