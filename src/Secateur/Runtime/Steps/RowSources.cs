using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Steps;

/// <summary>What is read row by row, with all its channels.</summary>
/// <param name="shape">[C, H, W].</param>
internal abstract unsafe class RowSource(MapShape shape)
{
    /// <summary>[C, H, W].</summary>
    public MapShape Shape { get; } = shape;

    /// <summary>Floats of scratch memory for a row, a multiple of a cache line.</summary>
    public virtual long ScratchFloats => 0;

    /// <summary>Splits row <paramref name="y"/> of the phase planes of every channel.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="planes">What they hold.</param>
    /// <param name="memory">The plan's memory.</param>
    /// <param name="scratch">Scratch memory for a row.</param>
    /// <param name="y">The row.</param>
    /// <param name="target">Position 0 of the first plane.</param>
    /// <param name="row">The row of the planes that it becomes.</param>
    public void Split(SimdLevel level, PhasePlanes planes, float* memory, float* scratch, int y, float* target, int row)
    {
        for (var phase = 0; phase < planes.Phases.Length; phase++)
        {
            var inputRow = planes.InputRow(y, phase);
            if (planes.HasInputRow(inputRow)) SplitRow(level, planes, memory, scratch, inputRow, target, row, phase);
            else for (var c = 0; c < Shape.Channels; c++) planes.FillRow(level, null, Channel(planes, target, c), row, phase);
        }
    }

    /// <summary>Splits input row <paramref name="inputRow"/>, of the row phase <paramref name="phase"/>.</summary>
    protected virtual void SplitRow(SimdLevel level, PhasePlanes planes, float* memory, float* scratch, int inputRow, float* target, int row, int phase)
    {
        Load(memory, scratch, inputRow);
        for (var c = 0; c < Shape.Channels; c++) planes.FillRow(level, Row(memory, scratch, c, inputRow), Channel(planes, target, c), row, phase);
    }

    /// <summary>Position 0 of the first plane of a channel.</summary>
    protected static float* Channel(PhasePlanes planes, float* target, int channel) => target + (channel * planes.PlanesPerChannel * (nint)planes.To.PlaneStride);

    /// <summary>Makes row <paramref name="y"/> ready, of all channels.</summary>
    protected virtual void Load(float* memory, float* scratch, int y)
    {
    }

    /// <summary>Where the row that was loaded last is, [W].</summary>
    protected abstract float* Row(float* memory, float* scratch, int channel, int y);
}

/// <summary>The rows of a map in the plan's memory.</summary>
/// <param name="shape">Its shape.</param>
/// <param name="layout">Its layout.</param>
/// <param name="planes">Position 0 of each channel.</param>
/// <param name="ahead">The distance from a row that is read to one that is read soon.</param>
internal sealed unsafe class MapRows(MapShape shape, PlanarLayout layout, nint[] planes, int ahead) : RowSource(shape)
{
    protected override float* Row(float* memory, float* scratch, int channel, int y)
    {
        // The rows of channels lie far apart: the machine does not see on its own which one comes next.
        var row = memory + planes[channel] + ((nint)y * layout.Pitch);
        Prefetch.FarRange(row + (ahead * (nint)layout.Pitch), layout.Width);
        return row;
    }
}

/// <summary>The rows of the image that <see cref="ImagePlace"/> leads to, less the mean where it has bytes.</summary>
/// <param name="place">Where it is, and its shape.</param>
/// <param name="format">The mean and the order of the channels.</param>
internal sealed unsafe class ImageRows(ImagePlace place, PixelFormat format) : RowSource(place.Shape)
{
    private readonly int _stride = CacheLines.RoundUp(place.Shape.Width);

    public override long ScratchFloats => (long)Shape.Channels * _stride;

    // Bytes become phases at once: apart as floats first, it would take twice the time.
    protected override void SplitRow(SimdLevel level, PhasePlanes planes, float* memory, float* scratch, int inputRow, float* target, int row, int phase)
    {
        var pixels = place.In(memory).Pixels;
        if (pixels is null || planes.Reach.Stride != PixelPhases.Count || planes.Phases.Length != PixelPhases.Count)
        {
            base.SplitRow(level, planes, memory, scratch, inputRow, target, row, phase);
            return;
        }

        var rgb = pixels + ((long)inputRow * Shape.Width * 3);
        PixelPhases.Split(rgb, planes.Columns, format.Mean, RowOf(format.RedPlane), RowOf(1), RowOf(2 - format.RedPlane), planes.To.PlaneStride);
        for (var c = 0; c < Shape.Channels; c++) planes.ClearEdges(RowOf(c), planes.Columns);

        float* RowOf(int channel) => planes.RowOf(Channel(planes, target, channel), row, phase);
    }

    protected override void Load(float* memory, float* scratch, int y)
    {
        var pixels = place.In(memory).Pixels;
        if (pixels is null) return;
        var red = (nint)format.RedPlane * _stride;
        PixelPlanes.Split(pixels + ((long)y * Shape.Width * 3), Shape.Width, format.Mean, scratch + red, scratch + _stride, scratch + (2 * (nint)_stride) - red);
    }

    protected override float* Row(float* memory, float* scratch, int channel, int y)
    {
        var values = place.In(memory).Values;
        return values is null ? scratch + (channel * (nint)_stride) : values + ((((long)channel * Shape.Height) + y) * Shape.Width);
    }
}
