using Secateur.Kernels.Layout;

namespace Secateur.Runtime;

/// <summary>A map in the plan's memory: some channels of a buffer.</summary>
/// <param name="Buffer">The buffer's number.</param>
/// <param name="FirstChannel">Its first channel there.</param>
/// <param name="Channels">How many.</param>
/// <param name="Layout">The layout of each plane.</param>
internal readonly record struct MapView(int Buffer, int FirstChannel, int Channels, PlanarLayout Layout);

/// <summary>Where the buffers lie, in floats from the start of the workspace.</summary>
internal sealed class MemoryMap(nint[] offsets)
{
    /// <summary>Position 0 of channel <paramref name="channel"/> of a view.</summary>
    public nint Plane(MapView view, int channel) =>
        offsets[view.Buffer] + ((nint)(view.FirstChannel + channel) * view.Layout.PlaneStride) + view.Layout.Origin;

    /// <summary>Position 0 of every channel of a view.</summary>
    public nint[] Planes(MapView view) => [.. Enumerable.Range(0, view.Channels).Select(c => Plane(view, c))];
}
