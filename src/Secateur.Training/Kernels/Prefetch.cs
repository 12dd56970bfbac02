using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Training.Kernels;

/// <summary>
/// Asks for memory ahead of its use. Bands are short pieces of planes that lie far apart: too short for the machine to guess what comes next.
/// </summary>
internal static unsafe class Prefetch
{
    private const int Line = 16;

    /// <summary>Has <paramref name="count"/> floats brought to the second-level cache, where the machine knows how.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* start, int count)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < count; i += Line) Sse.Prefetch1(start + i);
    }
}
