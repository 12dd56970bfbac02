using Secateur.Execution;

namespace Secateur.Runtime.Memory;

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
