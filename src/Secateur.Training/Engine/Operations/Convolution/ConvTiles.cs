using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// How a convolution and its gradients are cut into tasks that fit the cache, and how the pieces lie in scratch memory: flat planes, rows
/// <see cref="Pitch"/> apart, with zeros between, so that a tap is a constant offset (see <see cref="PlanarLayout"/>). The input
/// lies there as <c>Stride</c> x <c>Stride</c> phase planes, see <see cref="TapGeometry"/>.
/// </summary>
internal sealed class ConvTiles
{
    // Half of a common second-level cache.
    private const int ScratchFloats = 128 * 1024;
    private const int StripFloats = 4096;
    private const int MostZeros = 8;

    // What kernels may read behind the last position: taps, and whole vectors.
    private const int Slack = 64;

    private readonly int _gradientBefore;
    private readonly int _gradientAfter;

    public ConvTiles(ConvGeometry geometry, int groupInputs, int groupOutputs, MapShape input, MapShape output)
    {
        // A pointwise convolution knows no neighbours: its maps are one column of positions, and bands end anywhere.
        if (geometry is { Kernel: 1, Stride: 1, Padding: 0 })
        {
            input = input with { Height = checked((int)input.Area), Width = 1 };
            output = input with { Channels = output.Channels };
        }

        (Geometry, Input, Output, GroupInputs, GroupOutputs) = (geometry, input, output, groupInputs, groupOutputs);
        Taps = new TapGeometry(geometry);
        Phases = Taps.Phases();
        var shifts = Enumerable.Range(0, geometry.Stride).SelectMany(Taps.GradientTaps).Select(t => t.Shift).ToList();
        (_gradientBefore, _gradientAfter) = (Math.Max(0, -shifts.Min()), Math.Max(0, shifts.Max()));
        InputRows = CeilingDivide(input.Height, geometry.Stride);
        InputColumns = CeilingDivide(input.Width, geometry.Stride);

        // What stands right of a row is what stands left of the next: it must be zero for both.
        var (before, after) = (Taps.Before, Taps.After);
        var margin = Taps.ReadsDirectly || before == 0 || after == 0 ? Math.Max(before, after) : before + after;
        Pitch = new[] { output.Width + margin, InputColumns + _gradientAfter, output.Width + _gradientBefore }.Max();

        // Rows that start cache lines are written quicker: worth a few more zeros.
        var aligned = CacheLines.RoundUp(Pitch);
        if (IsDepthwise && aligned - Pitch <= Pitch / MostZeros) Pitch = aligned;
        Lead = CacheLines.RoundUp(Math.Max(before, _gradientBefore));
        Reach = Math.Max(before + after, _gradientBefore + _gradientAfter) + 1;

        // What is written in place takes no scratch memory. That of maps which are streamed is not counted: it leaves at once.
        var planes = (long)InputPlanes + groupOutputs + (IsFlat ? 0 : ResultPlanes);
        var most = (int)Math.Clamp((ScratchFloats / (planes * Pitch)) - Reach, 1, output.Height);
        BandRows = CeilingDivide(output.Height, CeilingDivide(output.Height, most));
        if (Pitch == 1) BandRows = Math.Min(output.Height, CacheLines.RoundUp(BandRows));
        Bands = CeilingDivide(output.Height, BandRows);

        // The last band takes the input rows that are left; few, but more than the others may have.
        var rows = Math.Max(BandRows, LongestInputBand()) + Reach;
        PlaneStride = StoredMap.StrideFor(Lead + (rows * Pitch) + Slack);
    }

    public ConvGeometry Geometry { get; }

    public MapShape Input { get; }

    public MapShape Output { get; }

    /// <summary>Input channels a group.</summary>
    public int GroupInputs { get; }

    /// <summary>Output channels a group.</summary>
    public int GroupOutputs { get; }

    public TapGeometry Taps { get; }

    /// <summary>The phases that some tap reads, along either axis.</summary>
    public int[] Phases { get; }

    /// <summary>Rows of an input phase: the input's height over the stride, rounded up.</summary>
    public int InputRows { get; }

    /// <summary>Columns of an input phase.</summary>
    public int InputColumns { get; }

    /// <summary>Floats from one scratch row to the next.</summary>
    public int Pitch { get; }

    /// <summary>Zeros before the first scratch row.</summary>
    public int Lead { get; }

    /// <summary>Rows around a band that its taps reach, at most.</summary>
    public int Reach { get; }

    /// <summary>Floats from one scratch plane to the next.</summary>
    public int PlaneStride { get; }

    /// <summary>Output rows a band.</summary>
    public int BandRows { get; }

    /// <summary>Bands an image.</summary>
    public int Bands { get; }

    /// <summary>Whether scratch rows lie as the maps' own rows do: results can be written in place.</summary>
    public bool IsFlat => Pitch == Output.Width && Pitch == Input.Width && Geometry.Stride == 1;

    /// <summary>Whether it is one of <see cref="DepthwiseRows"/>.</summary>
    public bool IsDepthwise => Geometry is { Kernel: 3, Stride: 1, Padding: 1, Dilation: 1 } && GroupInputs == 1 && GroupOutputs == 1;

    /// <summary>
    /// How many of the <paramref name="left"/> rows of results of <see cref="DepthwiseRows"/> come next: as many as stay in the first-level cache while
    /// they are looked at and brought home, and never so that too few are left for vectors.
    /// </summary>
    public int DepthwiseStrip(int left)
    {
        var rows = Math.Max(1, StripFloats / Input.Width / DepthwiseRows.RowsAtOnce) * DepthwiseRows.RowsAtOnce;
        return left < rows + DepthwiseRows.RowsAtOnce ? left : rows;
    }

    /// <summary>Input planes a group: one a channel and phase.</summary>
    public int InputPlanes => GroupInputs * Phases.Length * Phases.Length;

    /// <summary>Planes a group for the gradient by the input: one a channel and phase of columns.</summary>
    public int ResultPlanes => GroupInputs * Geometry.Stride;

    /// <summary>Taps of an output channel.</summary>
    public int TapCount => GroupInputs * Geometry.Kernel * Geometry.Kernel;

    /// <summary>The number of tasks for a batch.</summary>
    public int TasksFor(int batch) => batch * Geometry.Groups * Bands;

    /// <summary>One of them; those of a group of an image come one after another.</summary>
    public ConvTask Task(int index) => new(index / Bands / Geometry.Groups, index / Bands % Geometry.Groups, Band(index % Bands));

    /// <summary>The rows of a band.</summary>
    public Band Band(int index)
    {
        var (start, end) = (index * BandRows, Math.Min((index + 1) * BandRows, Output.Height));
        return new Band(start, end, Math.Min(start, InputRows), index == Bands - 1 ? InputRows : Math.Min(end, InputRows));
    }

    /// <summary>The output rows whose gradient a band needs, for its input rows and for its own.</summary>
    public (int Start, int End) GradientRows(Band band) => band.InputStart == band.InputEnd
        ? (band.Start, band.End)
        : (Math.Min(band.Start, band.InputStart - _gradientBefore), Math.Max(band.End, band.InputEnd + _gradientAfter));

    /// <summary>How rows of a map come into scratch memory; in one piece where they lie there as in the map.</summary>
    public PlaneRows Rows(int start, int end, int width) => Pitch == width ? PlaneRows.Line((end - start) * width) : new PlaneRows(end - start, width, width, Pitch);

    /// <summary>The distance of every tap [I, K, K] of a group from position 0 of its first input plane.</summary>
    public int[] InputOffsets()
    {
        var offsets = new List<int>(TapCount);
        for (var channel = 0; channel < GroupInputs; channel++)
        {
            for (var ky = 0; ky < Geometry.Kernel; ky++)
            {
                for (var kx = 0; kx < Geometry.Kernel; kx++)
                {
                    var plane = (((channel * Phases.Length) + Array.IndexOf(Phases, Taps.Phase(ky))) * Phases.Length) + Array.IndexOf(Phases, Taps.Phase(kx));
                    offsets.Add((plane * PlaneStride) + (Taps.Shift(ky) * Pitch) + Taps.Shift(kx));
                }
            }
        }

        return [.. offsets];
    }

    private int LongestInputBand() => Enumerable.Range(0, Bands).Select(Band).Max(b => b.InputEnd - b.InputStart);

    private static int CeilingDivide(int a, int b) => (a + b - 1) / b;
}
