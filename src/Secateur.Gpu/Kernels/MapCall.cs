using System.Runtime.CompilerServices;
using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>A stored map, or the gradient by one, and how the positions of its planes are shared out among groups of threads.</summary>
internal struct MapCall
{
    /// <summary>N.</summary>
    public int Batch;

    /// <summary>C.</summary>
    public int Channels;

    /// <summary>H * W.</summary>
    public int Positions;

    /// <summary>W.</summary>
    public int Width;

    /// <summary>The plane of channel 0 of image 0.</summary>
    public long Plane;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>From channel to channel.</summary>
    public long PlaneStride;

    /// <summary>Shares of a plane in a sum.</summary>
    public int Shares;

    /// <summary>Shares of all images.</summary>
    public readonly int Chunks => Batch * Shares;

    /// <summary>In a grid of chunks: the image, and the positions of the chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (int Image, int From, int To) Chunk()
    {
        var image = Grid.IdxX / Shares;
        var share = Grid.IdxX - (image * Shares);
        var each = (Positions + Shares - 1) / Shares;
        var from = share * each;
        return (image, from, Math.Min(from + each, Positions));
    }

    /// <summary>In a grid of all positions of the batch: the image, beyond the batch for threads without work, and the position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (int Image, int Position) Place()
    {
        var at = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        var image = at / Positions;
        return (image, at - (image * Positions));
    }

    /// <summary>Where a position of a channel is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long At(int image, int channel, int position) => Plane + (image * ImageStride) + (channel * PlaneStride) + position;
}
