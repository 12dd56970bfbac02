using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Layout;

/// <summary>Copies of few cache lines, many of them: the call of a general copy would cost as much as the copy.</summary>
internal static unsafe class LineCopy
{
    /// <summary>Copies <paramref name="count"/> floats, a multiple of <see cref="CacheLines.Floats"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(float* source, float* target, int count)
    {
        for (var i = 0; i < count; i += CacheLines.Floats) Vector512.Store(Vector512.Load(source + i), target + i);
    }
}
