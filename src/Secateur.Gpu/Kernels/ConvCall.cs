using System.Runtime.CompilerServices;
using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>
/// A convolution, forward or to the gradient by its input. A thread computes a tile of up to 16 channels for four rows of a column; the threads of a
/// warp lie along a row, so that what they read is together. Pointwise convolutions have no rows: a plane is taken as four rows of a quarter of it.
/// </summary>
internal struct ConvCall
{
    private const int Warp = 32;

    /// <summary>Rows of a thread.</summary>
    public const int Rows = 4;

    /// <summary>N.</summary>
    public int Batch;

    /// <summary>Rows and columns of the map that is read.</summary>
    public int SourceHeight;

    /// <summary>Columns of the map that is read.</summary>
    public int SourceWidth;

    /// <summary>Rows of the map that is written.</summary>
    public int TargetHeight;

    /// <summary>Columns of the map that is written.</summary>
    public int TargetWidth;

    /// <summary>Positions of a plane of either map, where it is pointwise.</summary>
    public int Positions;

    /// <summary>Padding of the convolution.</summary>
    public int Padding;

    /// <summary>Channels that a group reads.</summary>
    public int GroupSources;

    /// <summary>Channels that a group writes.</summary>
    public int GroupTargets;

    /// <summary>Tiles of a group's channels.</summary>
    public int Tiles;

    /// <summary>Tiles that the warps of a thread group share out: they read the same.</summary>
    public int SharedTiles;

    /// <summary>The first of the channels that are read, or of those whose gradients are written.</summary>
    public int FirstChannel;

    /// <summary>The first weights.</summary>
    public long Weights;

    /// <summary>Where the bias is; below 0 where there is none.</summary>
    public long Bias;

    /// <summary>The convolution's own map, forward its values, backward their gradient: the plane of channel 0 of image 0.</summary>
    public long Map;

    /// <summary>From image to image.</summary>
    public long ImageStride;

    /// <summary>From channel to channel.</summary>
    public long PlaneStride;

    /// <summary>Columns of four rows in the whole batch.</summary>
    public readonly int Columns => Batch * ColumnsOfImage;

    private readonly int ColumnsOfImage => (TargetHeight + Rows - 1) / Rows * TargetWidth;

    /// <summary>The thread's place: tile of all groups, image, first row, column. The image is beyond the batch for threads without work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (int Tile, int Image, int Row, int Column) Place()
    {
        var warp = Group.IdxX / Warp;
        var lane = Group.IdxX % Warp;
        var tile = (Grid.IdxY * SharedTiles) + (warp % SharedTiles);
        var column = (((Grid.IdxX * (GpuDevice.GroupSize / Warp / SharedTiles)) + (warp / SharedTiles)) * Warp) + lane;
        var image = column / ColumnsOfImage;
        column -= image * ColumnsOfImage;
        return (tile, image, column / TargetWidth * Rows, column % TargetWidth);
    }

    /// <summary>Groups of threads for all places.</summary>
    public readonly (int X, int Y) GridFor(int groups)
    {
        var warps = (Columns + Warp - 1) / Warp;
        var each = GpuDevice.GroupSize / Warp / SharedTiles;
        return ((warps + each - 1) / each, groups * Tiles / SharedTiles);
    }
}
