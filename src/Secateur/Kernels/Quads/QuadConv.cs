using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Kernels.Quads;

/// <summary>
/// The sums of a convolution of bytes with four filters, exact in 32 bits: a vector holds the four channels of a few pixels, and is multiplied by the four
/// weights of a filter, broadcast.
/// </summary>
internal static unsafe class QuadConv
{
    // Sums of 16 bits must hold this many times the largest byte.
    private const int MostPerRun = short.MaxValue / byte.MaxValue;

    // Positions that all kernels divide.
    private const int Granule = 48;

    /// <summary>The length of a row of sums that <paramref name="count"/> positions need.</summary>
    public static int RoundUp(int count) => (count + Granule - 1) / Granule * Granule;

    /// <summary>Orders the taps of four filters so that they make few runs whose sums of 16 bits cannot overflow, whatever the bytes.</summary>
    /// <param name="weights">[tap, 4 filters, 4 channels].</param>
    /// <returns>The taps in their order, and how many there are up to the end of each run.</returns>
    public static (int[] Order, int[] RunEnds) Arrange(ReadOnlySpan<sbyte> weights)
    {
        const int PerTap = 16;
        var left = Enumerable.Range(0, weights.Length / PerTap).ToList();
        var (order, ends) = (new List<int>(left.Count), new List<int>());
        Span<int> above = stackalloc int[PerTap / 2], below = stackalloc int[PerTap / 2];
        while (left.Count > 0)
        {
            above.Clear();
            below.Clear();
            var later = new List<int>(left.Count);
            foreach (var tap in left) (TryAdd(weights.Slice(tap * PerTap, PerTap), above, below) ? order : later).Add(tap);
            if (later.Count == left.Count) throw new ArgumentException($"the products of tap {left[0]} do not fit 16 bits", nameof(weights));
            ends.Add(order.Count);
            left = later;
        }

        return ([.. order], [.. ends]);
    }

    /// <summary>Computes the sums of positions [start, end), and of some more behind them, as <see cref="RoundUp"/> says.</summary>
    public static void Run(QuadLevel level, in QuadConvCall call, int start, int end)
    {
        switch (level)
        {
            case QuadLevel.Vnni:
                Vnni(in call, start, end);
                break;
            case QuadLevel.Avx2:
                Pairs(in call, start, end);
                break;
            default:
                Portable(in call, start, end);
                break;
        }
    }

    /// <summary>Adds the weights of a tap to what each pair of channels can reach above and below zero, unless that is too much.</summary>
    private static bool TryAdd(ReadOnlySpan<sbyte> tap, Span<int> above, Span<int> below)
    {
        for (var pair = 0; pair < above.Length; pair++)
        {
            if (Math.Max(above[pair] + Above(tap, pair), below[pair] + Below(tap, pair)) > MostPerRun) return false;
        }

        for (var pair = 0; pair < above.Length; pair++) (above[pair], below[pair]) = (above[pair] + Above(tap, pair), below[pair] + Below(tap, pair));
        return true;

        static int Above(ReadOnlySpan<sbyte> tap, int pair) => Math.Max((int)tap[2 * pair], 0) + Math.Max((int)tap[(2 * pair) + 1], 0);

        static int Below(ReadOnlySpan<sbyte> tap, int pair) => -Math.Min((int)tap[2 * pair], 0) - Math.Min((int)tap[(2 * pair) + 1], 0);
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Vnni(in QuadConvCall call, int start, int end)
    {
        const int Step = 24;
        var offsets = call.Offsets;
        var (taps, stride) = (call.Taps, call.SumStride);
        for (var p = start; p < end; p += Step)
        {
            var input = (byte*)(call.Input + p);
            var weights = call.Weights;
            Vector256<int> a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
            Vector256<int> c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
            for (var tap = 0; tap < taps; tap++)
            {
                var at = input + ((nint)offsets[tap] * sizeof(uint));
                var x0 = Vector256.Load(at);
                var x1 = Vector256.Load(at + 32);
                var x2 = Vector256.Load(at + 64);
                var w = Vector256.Create(*(int*)weights).AsSByte();
                a0 = AvxVnni.MultiplyWideningAndAdd(a0, x0, w);
                a1 = AvxVnni.MultiplyWideningAndAdd(a1, x1, w);
                a2 = AvxVnni.MultiplyWideningAndAdd(a2, x2, w);
                w = Vector256.Create(*(int*)(weights + 4)).AsSByte();
                b0 = AvxVnni.MultiplyWideningAndAdd(b0, x0, w);
                b1 = AvxVnni.MultiplyWideningAndAdd(b1, x1, w);
                b2 = AvxVnni.MultiplyWideningAndAdd(b2, x2, w);
                w = Vector256.Create(*(int*)(weights + 8)).AsSByte();
                c0 = AvxVnni.MultiplyWideningAndAdd(c0, x0, w);
                c1 = AvxVnni.MultiplyWideningAndAdd(c1, x1, w);
                c2 = AvxVnni.MultiplyWideningAndAdd(c2, x2, w);
                w = Vector256.Create(*(int*)(weights + 12)).AsSByte();
                d0 = AvxVnni.MultiplyWideningAndAdd(d0, x0, w);
                d1 = AvxVnni.MultiplyWideningAndAdd(d1, x1, w);
                d2 = AvxVnni.MultiplyWideningAndAdd(d2, x2, w);
                weights += 16;
            }

            var sums = call.Sums + (p - start);
            a0.Store(sums);
            a1.Store(sums + 8);
            a2.Store(sums + 16);
            sums += stride;
            b0.Store(sums);
            b1.Store(sums + 8);
            b2.Store(sums + 16);
            sums += stride;
            c0.Store(sums);
            c1.Store(sums + 8);
            c2.Store(sums + 16);
            sums += stride;
            d0.Store(sums);
            d1.Store(sums + 8);
            d2.Store(sums + 16);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Pairs(in QuadConvCall call, int start, int end)
    {
        const int Step = 16;
        var offsets = call.Offsets;
        var stride = call.SumStride;
        var ones = Vector256<short>.One;
        for (var p = start; p < end; p += Step)
        {
            var input = (byte*)(call.Input + p);
            var sums = call.Sums + (p - start);
            var weights = call.Weights;
            var tap = 0;
            for (var run = 0; run < call.Runs; run++)
            {
                Vector256<short> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                for (; tap < call.RunEnds[run]; tap++)
                {
                    var at = input + ((nint)offsets[tap] * sizeof(uint));
                    var x0 = Vector256.Load(at);
                    var x1 = Vector256.Load(at + 32);
                    var w = Vector256.Create(*(int*)weights).AsSByte();
                    a0 += Avx2.MultiplyAddAdjacent(x0, w);
                    a1 += Avx2.MultiplyAddAdjacent(x1, w);
                    w = Vector256.Create(*(int*)(weights + 4)).AsSByte();
                    b0 += Avx2.MultiplyAddAdjacent(x0, w);
                    b1 += Avx2.MultiplyAddAdjacent(x1, w);
                    w = Vector256.Create(*(int*)(weights + 8)).AsSByte();
                    c0 += Avx2.MultiplyAddAdjacent(x0, w);
                    c1 += Avx2.MultiplyAddAdjacent(x1, w);
                    w = Vector256.Create(*(int*)(weights + 12)).AsSByte();
                    d0 += Avx2.MultiplyAddAdjacent(x0, w);
                    d1 += Avx2.MultiplyAddAdjacent(x1, w);
                    weights += 16;
                }

                Flush(sums, a0, a1, ones, run);
                Flush(sums + stride, b0, b1, ones, run);
                Flush(sums + (2 * (nint)stride), c0, c1, ones, run);
                Flush(sums + (3 * (nint)stride), d0, d1, ones, run);
            }
        }
    }

    /// <summary>Adds sums of 16 bits to those of 32, or starts them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush(int* sums, Vector256<short> first, Vector256<short> second, Vector256<short> ones, int run)
    {
        var (low, high) = (Avx2.MultiplyAddAdjacent(first, ones), Avx2.MultiplyAddAdjacent(second, ones));
        if (run > 0) (low, high) = (low + Vector256.Load(sums), high + Vector256.Load(sums + 8));
        low.Store(sums);
        high.Store(sums + 8);
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Portable(in QuadConvCall call, int start, int end)
    {
        const int Step = 4;
        for (var p = start; p < end; p += Step)
        {
            for (var filter = 0; filter < 4; filter++)
            {
                // A lane is a channel of a pixel: it reaches no further than the pair of channels that it is of.
                Vector128<int> s0 = default, s1 = default, s2 = default, s3 = default;
                var weights = call.Weights + (4 * filter);
                var tap = 0;
                for (var run = 0; run < call.Runs; run++)
                {
                    Vector128<short> low = default, high = default;
                    for (; tap < call.RunEnds[run]; tap++)
                    {
                        var x = Vector128.Load((byte*)(call.Input + p + call.Offsets[tap]));
                        var w = Vector128.WidenLower(Vector128.Create(*(int*)weights).AsSByte());
                        low += Vector128.WidenLower(x).AsInt16() * w;
                        high += Vector128.WidenUpper(x).AsInt16() * w;
                        weights += 16;
                    }

                    s0 += Vector128.WidenLower(low);
                    s1 += Vector128.WidenUpper(low);
                    s2 += Vector128.WidenLower(high);
                    s3 += Vector128.WidenUpper(high);
                }

                Vector128.Create(Vector128.Sum(s0), Vector128.Sum(s1), Vector128.Sum(s2), Vector128.Sum(s3)).Store(call.Sums + (filter * (nint)call.SumStride) + (p - start));
            }
        }
    }
}
