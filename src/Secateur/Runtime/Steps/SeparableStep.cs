using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>The convolutions of a <see cref="SeparableStep"/> and the slopes of the activations between them.</summary>
internal sealed record SeparableLayers(PackedConv? Expand, float ExpandSlope, PackedConv Depthwise, float DepthwiseSlope, PackedConv Project);

/// <summary>Where a <see cref="SeparableStep"/> reads and writes.</summary>
/// <param name="From">Layout of the planes that are read.</param>
/// <param name="To">Layout of the outputs.</param>
/// <param name="Inputs">Position 0 of each plane that is read.</param>
/// <param name="Outputs">Position 0 of each output channel.</param>
/// <param name="IsInPlace">Whether outputs are written over what is read.</param>
internal sealed record SeparablePlanes(PlanarLayout From, PlanarLayout To, nint[] Inputs, nint[] Outputs, bool IsInPlace);

/// <summary>
/// [1x1 convolution] 3x3 depthwise convolution, 1x1 convolution in one go, a tile of outputs at a time: tiles go along a band of rows, bands go down
/// the map. What passes between the convolutions exists only as one tile, and as the rows of it that the next band needs.
/// </summary>
internal sealed unsafe class SeparableStep : PlanStep
{
    private const int Columns = DepthwiseTile.Columns;

    private readonly SimdLevel _level;
    private readonly SeparableLayers _layers;
    private readonly SeparablePlanes _planes;
    private readonly nint _scratch;
    private readonly SeparableTile _tile;
    private readonly int _panelStride;
    private readonly DenseKernel _project;

    public SeparableStep(
        string name, SimdLevel level, SeparableLayers layers, SeparablePlanes planes, ConvEpilogue epilogue, BorderStart? border, nint scratch)
        : base(name)
    {
        (_level, _layers, _planes, _scratch) = (level, layers, planes, scratch);
        _tile = new SeparableTile(level, layers, planes);
        _panelStride = CacheLines.Spread(_tile.BandRows * Columns);
        _project = new DenseKernel(level, layers.Project, [0], Arrays.Of(layers.Project.Taps, c => c * _panelStride), planes.Outputs, epilogue, border);
    }

    public override long MultiplyAdds
    {
        get
        {
            var expanded = _layers.Expand is null ? 0 : (long)_planes.From.Height * _planes.From.Width * _layers.Expand.Taps * _layers.Expand.Bias.Length;
            var perOutput = (_layers.Depthwise.Bias.Length * _layers.Depthwise.Taps) + (_layers.Project.Bias.Length * _layers.Project.Taps);
            return expanded + ((long)_planes.To.Height * _planes.To.Width * perOutput);
        }
    }

    public override long ScratchFloats => PanelFloats + _tile.Floats;

    private long PanelFloats => (long)_layers.Depthwise.Bias.Length * _panelStride;

    /// <summary>Whether a step can run a depthwise convolution.</summary>
    public static bool Covers(ConvGeometry depthwise) => depthwise is { Kernel: 3, Padding: 1, Stride: 1 or 2, Dilation: 1 };

    public override void Run(float* memory, int part, int parts)
    {
        var share = ShareWhole(_planes.To.Height, part, parts);
        if (share.Start == share.End) return;
        var panel = Scratch(memory, part);
        var scratch = panel + PanelFloats;
        _tile.Start(memory, share, scratch);
        fixed (int* planes = _tile.Planes)
        fixed (float* weights = _layers.Depthwise.Weights, bias = _layers.Depthwise.Bias)
        {
            var depthwise = _tile.Call(scratch);
            depthwise.Weights = weights;
            depthwise.Bias = bias;
            depthwise.Slope = _layers.DepthwiseSlope;
            depthwise.Output = panel;
            depthwise.OutputStride = _panelStride;
            for (var y = share.Start; y < share.End; y += _tile.BandRows)
            {
                depthwise.Rows = Math.Min(_tile.BandRows, share.End - y);
                _tile.StartBand(memory, y, share, scratch);
                for (var x = 0; x < _planes.To.Width; x += Columns)
                {
                    // The first convolution fetches what the next tile will read.
                    var isLast = x + Columns >= _planes.To.Width;
                    var fetch = _tile.Ahead(
                        memory, isLast ? y + depthwise.Rows : y, isLast ? 0 : x + Columns, planes, (_layers.Expand ?? _layers.Project).Blocks.Length);
                    _tile.Fill(memory, y, x, share, scratch, fetch, ref depthwise);
                    DepthwiseTile.Run(_level, _layers.Depthwise.Geometry.Stride, in depthwise);
                    Project(memory, panel, y, x, depthwise.Rows, _layers.Expand is null ? fetch : default);
                }
            }
        }

        var end = Math.Min(share.End * _planes.To.Pitch, _planes.To.Positions);
        foreach (var output in _planes.Outputs) _planes.To.ClearHalo(memory + output, share.Start * _planes.To.Pitch, end);
    }

    /// <summary>Puts aside what a part reads of its neighbours, before they overwrite it.</summary>
    public void SaveEdges(float* memory, int part, int parts) =>
        _tile.SaveEdges(memory, ShareWhole(_planes.To.Height, part, parts), Scratch(memory, part) + PanelFloats);

    private void Project(float* memory, float* panel, int y, int x, int rows, FetchAhead fetch)
    {
        // Two rows that are no longer than a vector go together.
        var columns = Math.Min(Columns, _planes.To.Width - x);
        var inPairs = columns <= (int)_level / 32 && rows > 1;
        var together = inPairs ? rows - (rows % 2) : rows;
        var p = (y * _planes.To.Pitch) + x;
        _project.Run(memory, panel - p, p, p + columns, new MoreRuns(together - 1, _planes.To.Pitch, Columns, inPairs), fetch);
        if (together == rows) return;
        p += together * _planes.To.Pitch;
        _project.Run(memory, panel + (together * Columns) - p, p, p + columns);
    }

    private float* Scratch(float* memory, int part) => memory + _scratch + (part * (nint)ScratchFloats);
}
