using System.Collections.Immutable;
using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Layout;

namespace Secateur.Runtime;

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

/// <summary>Where the buffers lie, in floats from the start of the workspace.</summary>
/// <param name="offsets">Of each buffer.</param>
/// <param name="image">Where the steps are told of the image.</param>
/// <param name="scratch">Where the threads' scratch memory starts: part k of a step has its own <see cref="PlanStep.ScratchFloats"/> from scratch + k * ScratchFloats on.</param>
internal sealed class MemoryMap(nint[] offsets, ImagePlace image, nint scratch)
{
    /// <summary>Where the steps are told of the image.</summary>
    public ImagePlace Image { get; } = image;

    /// <summary>Start of the scratch memory.</summary>
    public nint Scratch { get; } = scratch;

    /// <summary>Position 0 of channel <paramref name="channel"/> of a view.</summary>
    public nint Plane(MapView view, int channel) =>
        offsets[view.Buffer] + ((nint)view.PlaceOf(channel).Plane * view.Layout.PlaneStride) + view.Layout.Origin;

    /// <summary>Position 0 of every channel of a view.</summary>
    public nint[] Planes(MapView view)
    {
        var planes = new nint[view.Channels];
        for (var c = 0; c < planes.Length; c++) planes[c] = Plane(view, c);
        return planes;
    }
}
