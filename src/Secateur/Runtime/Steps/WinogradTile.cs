using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Runtime.Steps;

/// <summary>The columns of a band that a Winograd convolution holds the transformed values of at once.</summary>
internal sealed class WinogradTile
{
    /// <summary>Columns that a tile has a multiple of: whole vectors of any width.</summary>
    public const int Granule = 16;

    // The values should stay in the second-level cache, and a tile be wide, as each transforms two columns more.
    private const int CacheFloats = 16384;

    public WinogradTile(int width, int channels)
    {
        var most = Math.Max(CacheFloats / (WinogradPoints.Inputs * channels), 2 * Granule);
        var tiles = (width + most - 1) / most;
        Columns = RoundUp((width + tiles - 1) / tiles);

        // An odd number of cache lines, so that rows spread over the cache's sets; behind the columns is room for the last vector and the taps.
        PointStride = (((Columns / Granule) + 2) | 1) * Granule;
        var channelStride = WinogradPoints.Inputs * PointStride;
        SumsStart = (nint)channels * channelStride;
        Floats = SumsStart + (WinogradConv.MaxBlock * channelStride / 2);
        Offsets = Arrays.Of(channels * WinogradPoints.Taps, k => ((k / WinogradPoints.Taps) * channelStride) + (k % WinogradPoints.Taps));
    }

    /// <summary>Output columns of a tile; the last one may have fewer.</summary>
    public int Columns { get; }

    /// <summary>Floats from the values at one point to those at the next.</summary>
    public int PointStride { get; }

    /// <summary>Where room for the sums of a block at half of the points starts.</summary>
    public nint SumsStart { get; }

    /// <summary>Floats of a tile.</summary>
    public nint Floats { get; }

    /// <summary>The distance of each tap, [I, 3].</summary>
    public int[] Offsets { get; }

    private static int RoundUp(int floats) => (floats + Granule - 1) / Granule * Granule;
}
