using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>Fetches memory from within a kernel's loop, without a call: a few cache lines with each pass.</summary>
internal static unsafe class FarLines
{
    /// <summary>Fetches the cache lines of up to four vectors to the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<TSimd, TVector>(float* start)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(start);
        if (TSimd.Width > 4) Sse.Prefetch1(start + 16);
        if (TSimd.Width <= 8) return;
        Sse.Prefetch1(start + 32);
        Sse.Prefetch1(start + 48);
    }
}
