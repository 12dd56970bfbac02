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

    /// <summary>target = source, row by row; exactly the columns.</summary>
    public static void Run(float* source, float* target, PlaneRows rows)
    {
        // Rows that end within a cache line would be written in pieces.
        if (rows.Rows > 1 && ((nuint)target % Line != 0 || rows.TargetPitch * sizeof(float) % Line != 0))
        {
            Pointwise.Copy(source, target, rows);
            return;
        }

        for (var row = 0; row < rows.Rows; row++) Run(source + ((nint)row * rows.SourcePitch), target + ((nint)row * rows.TargetPitch), rows.Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(float* source, float* target, int count)
    {
        var i = 0;
        for (; i < count && (nuint)(target + i) % Line != 0; i++) target[i] = source[i];
        for (; i + (Line / sizeof(float)) <= count; i += Line / sizeof(float)) Vector512.Load(source + i).StoreAlignedNonTemporal(target + i);
        for (; i < count; i++) target[i] = source[i];
    }
}
