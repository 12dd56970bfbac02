using System.Diagnostics;
using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Bench.Machine;

/// <summary>The machine's highest rate of fused multiply-adds: independent ones, registers only.</summary>
internal static unsafe class MachinePeak
{
    private const int Rounds = 1_000_000;

    // As many as 16 registers hold beside the factor; latency times units is 8 on x86, 16 on the widest Arm cores.
    private const int Accumulators = 15;
    private const int Attempts = 30;

    /// <summary>10^9 multiply-adds of float32 a second, all threads together, the best of many tries.</summary>
    public static double Measure(SimdLevel level, int threads = 1) => Enumerable.Range(0, Attempts).Max(_ => Rate(level, threads));

    /// <summary>All threads start at once; the slowest one counts.</summary>
    private static double Rate(SimdLevel level, int threads)
    {
        using var start = new Barrier(threads);
        var times = new double[threads];
        var others = Enumerable.Range(1, threads - 1).Select(thread => new Thread(() => Time(thread))).ToArray();
        foreach (var other in others) other.Start();
        Time(0);
        foreach (var other in others) other.Join();
        return (double)threads * Rounds * Accumulators * ((int)level / 32) / times.Max();

        void Time(int thread)
        {
            start.SignalAndWait();
            var begin = Stopwatch.GetTimestamp();
            Spin(level);
            times[thread] = Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        }
    }

    private static void Spin(SimdLevel level)
    {
        // Else the compiler might drop the work.
        var sink = stackalloc float[(int)SimdLevel.Vector512 / 32];
        SimdDispatch.Run(level, new SpinCall(sink));
    }

    // No call, and no stackalloc, which clears its memory by one: the accumulators would live in memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Spin<TSimd, TVector>(float* sink)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector a, b, c, d, e, f, g, h, i, j, k, l, m, n, o;
        a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = TSimd.Broadcast(1);
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
            m = TSimd.MultiplyAdd(x, x, m);
            n = TSimd.MultiplyAdd(x, x, n);
            o = TSimd.MultiplyAdd(x, x, o);
        }

        a = TSimd.Add(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), TSimd.Add(TSimd.Add(e, f), TSimd.Add(g, h)));
        i = TSimd.Add(TSimd.Add(TSimd.Add(i, j), TSimd.Add(k, l)), TSimd.Add(TSimd.Add(m, n), o));
        TSimd.Store(sink, TSimd.Add(a, i));
    }

    private readonly struct SpinCall(float* sink) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => Spin<TSimd, TVector>(sink);
    }
}
