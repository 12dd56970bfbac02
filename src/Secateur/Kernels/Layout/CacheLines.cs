namespace Secateur.Kernels.Layout;

/// <summary>Distances that suit the caches.</summary>
internal static class CacheLines
{
    /// <summary>Floats of one.</summary>
    public const int Floats = 16;

    /// <summary>At least <paramref name="floats"/>, whole cache lines.</summary>
    public static int RoundUp(int floats) => (floats + Floats - 1) / Floats * Floats;

    /// <summary>
    /// At least <paramref name="floats"/>, an odd number of cache lines: rows or planes that far apart fall into all sets of a cache in turn,
    /// where an even number would leave some sets unused.
    /// </summary>
    public static int Spread(int floats) => RoundUp(floats) | Floats;
}
