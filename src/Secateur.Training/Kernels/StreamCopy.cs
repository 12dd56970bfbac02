using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Training.Kernels;

/// <summary>
/// A copy that goes past the caches: the memory need not be read before it is written. For what will not be read soon; a barrier between threads
/// must come before others read it.
/// </summary>
internal static unsafe class StreamCopy
{
    private const int Line = 64;

    /// <summary>target = source, exactly <paramref name="count"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* source, float* target, int count)
    {
        var i = 0;
        for (; i < count && (nuint)(target + i) % Line != 0; i++) target[i] = source[i];
        for (; i + (Line / sizeof(float)) <= count; i += Line / sizeof(float)) Vector512.Load(source + i).StoreAlignedNonTemporal(target + i);
        for (; i < count; i++) target[i] = source[i];
    }
}
