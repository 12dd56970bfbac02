using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.Kernels.Layout;

namespace Secateur.Runtime.Memory;

/// <summary>A map in the plan's memory: some channels of a buffer.</summary>
/// <param name="Buffer">The buffer's number.</param>
/// <param name="FirstChannel">Its first channel there.</param>
/// <param name="Channels">How many.</param>
/// <param name="Layout">The layout of each plane.</param>
/// <param name="Selection">The channels from the first on that it has; null for <paramref name="Channels"/> in a row.</param>
internal sealed record MapView(int Buffer, int FirstChannel, int Channels, PlanarLayout Layout, int[]? Selection = null)
{
    /// <summary>Its size, halos included.</summary>
    public long Floats => (long)Channels * Layout.PlaneStride;

    /// <summary>How many planes of the buffer channel <paramref name="channel"/> lies behind the first.</summary>
    public int PlaneOf(int channel) => Selection is null ? channel : Selection[channel];

    /// <summary>Which plane of which buffer channel <paramref name="channel"/> is.</summary>
    public (int Buffer, int Plane) PlaceOf(int channel) => (Buffer, FirstChannel + PlaneOf(channel));

    /// <summary>Some of the channels.</summary>
    public MapView Select(ImmutableArray<int> channels) =>
        this with { Channels = channels.Length, Selection = Arrays.Of(channels.Length, i => PlaneOf(channels[i])) };
}
