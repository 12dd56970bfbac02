using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Secateur.Kernels.Simd;

namespace Secateur.Bench.Machine;

/// <summary>How fast one thread moves data that lie in a cache or in memory.</summary>
/// <param name="Name">Where the data fit.</param>
/// <param name="WorkingSetBytes">Bytes read and written over and over.</param>
/// <param name="GigabytesPerSecond">Read and written together.</param>
internal sealed record Bandwidth(string Name, long WorkingSetBytes, double GigabytesPerSecond);

/// <summary>Measures bandwidth as the kernels use it: one plane is read, another one written.</summary>
internal static unsafe class MemoryBandwidth
{
    private const int CacheLine = 64;
    private const int Attempts = 5;
    private const long BytesPerAttempt = 400_000_000;

    // Half of a usual second-level cache, a part of a usual third-level one, and more than any cache has.
    private static readonly (string Name, long Bytes)[] Sets = [("second-level cache", 512 << 10), ("third-level cache", 8 << 20), ("memory", 512 << 20)];

    /// <summary>The best of a few tries for each size.</summary>
    public static Bandwidth[] Measure(SimdLevel level) => [.. Sets.Select(set => new Bandwidth(set.Name, set.Bytes, Rate(level, set.Bytes)))];

    private static double Rate(SimdLevel level, long bytes)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)bytes, CacheLine);
        try
        {
            NativeMemory.Clear(memory, (nuint)bytes);
            var floats = (nint)(bytes / 2 / sizeof(float));
            var passes = (int)Math.Max(1, BytesPerAttempt / bytes);
            return Enumerable.Range(0, Attempts).Max(_ =>
            {
                var start = Stopwatch.GetTimestamp();
                for (var pass = 0; pass < passes; pass++) SimdDispatch.Run(level, new ScaleCall(memory, memory + floats, floats));
                return (double)passes * bytes / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            });
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private readonly struct ScaleCall(float* from, float* to, nint count) : ISimdCall
    {
        void ISimdCall.Run<TSimd, TVector>() => Scale<TSimd, TVector>(from, to, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<TSimd, TVector>(float* from, float* to, nint count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var factor = TSimd.Broadcast(0.5f);
        for (nint i = 0; i < count; i += 2 * TSimd.Width)
        {
            TSimd.Store(to + i, TSimd.Multiply(factor, TSimd.Load(from + i)));
            TSimd.Store(to + i + TSimd.Width, TSimd.Multiply(factor, TSimd.Load(from + i + TSimd.Width)));
        }
    }
}
