using Secateur.Training.Engine.Maps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>
/// Into how many shares sums over the positions of a plane fall: enough groups of threads for a large device, and enough work for each. The same on every
/// device, and for any number of processes, so that sums have one order.
/// </summary>
internal static class Shares
{
    private const int LeastPositions = 1024;
    private const int Groups = 1024;

    /// <summary>For a sum over a map of which each chunk takes <paramref name="layers"/> groups.</summary>
    /// <param name="map">The map of this process's images.</param>
    /// <param name="layers">Groups of threads a chunk.</param>
    /// <param name="ranks">Processes that have as many images each.</param>
    public static int Of(StoredMap map, int layers, int ranks) =>
        Math.Clamp((int)(Groups / ((long)map.Batch * ranks * layers)), 1, Math.Max(1, map.Positions / LeastPositions));
}
