using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Simd;

namespace Secateur.Bench.Inference;

/// <summary>The machine's highest rate of fused multiply-adds on one thread: independent ones, registers only.</summary>
internal static unsafe class MachinePeak
{
    private const int Rounds = 2_000_000;
    private const int Accumulators = 12;

    /// <summary>10^9 multiply-adds of float32 a second, the best of a few tries.</summary>
    public static double Measure(SimdLevel level)
    {
        var best = 0.0;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var start = Stopwatch.GetTimestamp();
            var width = level switch
            {
                SimdLevel.Vector512 => Spin<Simd512, Vector512<float>>(),
                SimdLevel.Vector256 => Spin<Simd256, Vector256<float>>(),
                _ => Spin<Simd128, Vector128<float>>(),
            };
            best = Math.Max(best, (double)Rounds * Accumulators * width / Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Spin<TSimd, TVector>()
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = TSimd.Broadcast(1);
        var x = TSimd.Broadcast(0.5f);
        for (var round = 0; round < Rounds; round++)
        {
            a = TSimd.MultiplyAdd(x, x, a);
            b = TSimd.MultiplyAdd(x, x, b);
            c = TSimd.MultiplyAdd(x, x, c);
            d = TSimd.MultiplyAdd(x, x, d);
            e = TSimd.MultiplyAdd(x, x, e);
            f = TSimd.MultiplyAdd(x, x, f);
            g = TSimd.MultiplyAdd(x, x, g);
            h = TSimd.MultiplyAdd(x, x, h);
            i = TSimd.MultiplyAdd(x, x, i);
            j = TSimd.MultiplyAdd(x, x, j);
            k = TSimd.MultiplyAdd(x, x, k);
            l = TSimd.MultiplyAdd(x, x, l);
        }

        // Else the compiler might drop the work.
        var sink = stackalloc float[12 * 16];
        TSimd.Store(sink, TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h))));
        TSimd.Store(sink + 16, TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)));
        return float.IsNaN(sink[0] + sink[16]) ? 0 : TSimd.Width;
    }
}
