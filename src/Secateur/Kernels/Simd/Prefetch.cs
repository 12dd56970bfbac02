using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Simd;

/// <summary>Asks the memory for what will be needed soon; nothing happens where .NET has no such instruction.</summary>
internal static unsafe class Prefetch
{
    /// <summary>
    /// Fetches the cache lines of [<paramref name="start"/>, <paramref name="start"/> + <paramref name="floats"/>) to the second-level cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FarRange(float* start, int floats)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < floats; i += CacheLines.Floats) Sse.Prefetch1(start + i);
    }

    /// <summary>
    /// Fetches from <paramref name="count"/> planes, each a distance from <paramref name="position"/>, the cache line there and the one
    /// <paramref name="distance"/> floats on, to the first-level cache.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pairs(float* position, int distance, nint* planes, int count)
    {
        if (!Sse.IsSupported) return;
        for (var c = 0; c < count; c++)
        {
            Sse.Prefetch0(position + planes[c]);
            Sse.Prefetch0(position + planes[c] + distance);
        }
    }
}
