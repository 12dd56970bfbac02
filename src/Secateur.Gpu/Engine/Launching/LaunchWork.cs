using Secateur.Kernels.Conv2d;
using Secateur.Training.Engine.Maps;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>The terms of which the costs of launches are sums.</summary>
internal static class LaunchWork
{
    /// <summary>Bytes of a map, without what lies between its planes.</summary>
    public static long Bytes(this StoredMap map) => map.Channels * PlaneBytes(map);

    /// <summary>Bytes of what is read; a channel that is there twice is read once.</summary>
    public static long Bytes(this IEnumerable<ViewSource?> sources) =>
        sources.OfType<ViewSource>().DistinctBy(s => (s.Raw, s.Channel)).Sum(s => PlaneBytes(s.View.Map));

    /// <summary>Bytes of gradients that are written, and read before where something is added to them.</summary>
    public static long Bytes(this IEnumerable<GradientTarget?> targets) =>
        targets.OfType<GradientTarget>().Sum(t => PlaneBytes(t.View.Map) * (t.Accumulates ? 2 : 1));

    /// <summary>Multiply-adds of a convolution by its definition, in any of its three directions.</summary>
    public static long MultiplyAdds(this StoredMap output, int weights) => (long)output.Batch * output.Positions * weights;

    /// <summary>A kernel of convolutions with what else tells them apart.</summary>
    public static string Named(this ConvGeometry geometry, string kernel) =>
        FormattableString.Invariant($"{kernel} {geometry.Kernel}x{geometry.Kernel}") + (geometry.Stride > 1 ? " strided" : "") + (geometry.Groups > 1 ? " grouped" : "");

    /// <summary>Bytes of one channel of all images.</summary>
    private static long PlaneBytes(StoredMap map) => sizeof(float) * (long)map.Batch * map.Positions;
}
