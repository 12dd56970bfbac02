using Secateur.Training.Engine.Maps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>
/// Into how many shares sums over the positions of a plane fall: enough groups of threads for a large device, and enough work for each. The same on every
/// device, so that sums have one order.
/// </summary>
internal static class Shares
{
    private const int LeastPositions = 1024;
    private const int Groups = 1024;

    /// <summary>For a sum over a map of which each chunk takes <paramref name="layers"/> groups.</summary>
    public static int Of(StoredMap map, int layers) =>
        Math.Clamp((int)(Groups / ((long)map.Batch * layers)), 1, Math.Max(1, map.Positions / LeastPositions));
}
