using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>The convolutions of a <see cref="SeparableStep"/> and the slopes of the activations between them.</summary>
internal sealed record SeparableLayers(PackedConv? Expand, float ExpandSlope, PackedConv Depthwise, float DepthwiseSlope, PackedConv Project);

/// <summary>Where a <see cref="SeparableStep"/> reads and writes.</summary>
/// <param name="From">Layout of the planes that are read.</param>
/// <param name="Layout">Of the outputs; what is read has it too, where nothing is expanded.</param>
/// <param name="Inputs">Position 0 of each plane that is read; where nothing is expanded, the phases of a channel in a row.</param>
/// <param name="Phases">The phases along each axis of which there are planes; [0] where something is expanded.</param>
/// <param name="Outputs">Position 0 of each output channel.</param>
/// <param name="IsInPlace">Whether outputs are written over what is read.</param>
internal sealed record SeparablePlanes(PlanarLayout From, PlanarLayout Layout, nint[] Inputs, int[] Phases, nint[] Outputs, bool IsInPlace);

/// <summary>
/// [1x1 convolution] depthwise convolution, 1x1 convolution in one go along the positions, a chunk at a time: what is between them stays in
/// cache. The expanded channels stand in rings that hold no more positions than the depthwise taps reach; its results in a panel of one chunk.
/// </summary>
internal sealed unsafe class SeparableStep : PlanStep
{
    // Positions times input channels of a chunk: longer ones have fewer calls, but shorter ones stay in cache between the blocks of channels.
    private const int ChunkFloats = 16384;
    private const int Granule = 64;

    private readonly SimdLevel _level;
    private readonly SeparableLayers _layers;
    private readonly SeparablePlanes _planes;
    private readonly nint _scratch;
    private readonly int _chunk;
    private readonly int _panelStride;
    private readonly ExpandedRings? _rings;

    // For each depthwise tap the plane of a channel that it reads, the distance of the first tap in its row, and its own from that; and how far
    // taps reach behind a position.
    private readonly (int Plane, int Row, int Column)[] _taps;
    private readonly int _behind;
    private readonly DenseKernel _project;

    public SeparableStep(
        string name, SimdLevel level, SeparableLayers layers, SeparablePlanes planes, ConvEpilogue epilogue, BorderStart? border, nint scratch)
        : base(name)
    {
        (_level, _layers, _planes, _scratch) = (level, layers, planes, scratch);
        var taps = new TapGeometry(layers.Depthwise.Geometry);
        var phases = layers.Expand is null ? planes.Phases : taps.Phases();
        _taps =
        [
            .. from ky in Enumerable.Range(0, taps.Conv.Kernel)
               from kx in Enumerable.Range(0, taps.Conv.Kernel)
               select (
                   (phases.IndexOf(taps.Phase(ky)) * phases.Length) + phases.IndexOf(taps.Phase(kx)),
                   (taps.Shift(ky) * planes.Layout.Pitch) - taps.Before,
                   taps.Before + taps.Shift(kx)),
        ];
        _behind = Math.Max(0, _taps.Max(t => t.Row + t.Column));
        _chunk = Math.Clamp(ChunkFloats / (layers.Expand ?? layers.Project).Taps / Granule, 1, 4) * Granule;
        if (layers.Expand is not null) _rings = new ExpandedRings(level, layers, planes, taps, Math.Max(0, -_taps.Min(t => t.Row)), _behind, _chunk);
        _panelStride = CacheLines.Spread(_chunk);
        _project = new DenseKernel(level, layers.Project, [0], Arrays.Of(layers.Project.Taps, c => c * _panelStride), planes.Outputs, epilogue, border);
    }

    public override long MultiplyAdds
    {
        get
        {
            var expanded = _layers.Expand is null ? 0 : (long)_planes.From.Height * _planes.From.Width * _layers.Expand.Taps * _layers.Expand.Bias.Length;
            var perPosition = (_layers.Depthwise.Bias.Length * _layers.Depthwise.Taps) + (_layers.Project.Bias.Length * _layers.Project.Taps);
            return expanded + ((long)_planes.Layout.Height * _planes.Layout.Width * perPosition);
        }
    }

    public override long ScratchFloats => (_rings?.Floats ?? 0) + PanelFloats;

    private int PanelFloats => _layers.Depthwise.Bias.Length * _panelStride;

    public override void Run(float* memory, int part, int parts)
    {
        var share = Share(_planes.Layout.Positions, part, parts);
        var panel = Scratch(memory, part);
        var offsets = stackalloc int[_taps.Length];
        fixed (float* weights = _layers.Depthwise.Weights, bias = _layers.Depthwise.Bias)
        {
            var depthwise = new DepthwiseConvCall
            {
                Offsets = offsets,
                Weights = weights,
                Taps = _taps.Length,
                Bias = bias,
                Slope = _layers.DepthwiseSlope,
                Output = panel,
                OutputStride = _panelStride,
            };
            for (var p = share.Start; p < share.End; p += _chunk)
            {
                if (_rings is null) ConvolveMap(memory, p, offsets, ref depthwise);
                else ExpandAndConvolve(_rings, memory, share, p, panel + PanelFloats, offsets, ref depthwise);
                _project.Run(memory, panel - p, p, Math.Min(p + _chunk, share.End));
            }
        }

        foreach (var output in _planes.Outputs) _planes.Layout.ClearHalo(memory + output, share.Start, share.End);
    }

    /// <summary>Puts aside what a part reads of its neighbours, before they overwrite it.</summary>
    public void SaveEdges(float* memory, int part, int parts) =>
        _rings!.SaveEdges(memory, Share(_planes.Layout.Positions, part, parts), Scratch(memory, part) + PanelFloats);

    private float* Scratch(float* memory, int part) => memory + _scratch + (part * (nint)ScratchFloats);

    /// <summary>The depthwise convolution of the map that is read itself.</summary>
    private void ConvolveMap(float* memory, int p, int* offsets, ref DepthwiseConvCall call)
    {
        var (channels, phases) = (_layers.Depthwise.Bias.Length, _planes.Phases.Length * _planes.Phases.Length);
        call.Channels = 1;
        for (var c = 0; c < channels; c++)
        {
            var first = _planes.Inputs[c * phases];
            for (var i = c * phases; i < (c + 1) * phases; i++) Prefetch.Range(memory + _planes.Inputs[i] + p + _chunk + _behind, _chunk);
            for (var t = 0; t < _taps.Length; t++) offsets[t] = (int)(_planes.Inputs[(c * phases) + _taps[t].Plane] - first) + _taps[t].Row + _taps[t].Column;
            call.First = c;
            call.Input = memory + first + p;
            DepthwiseConv.Run(_level, in call, 0, _chunk);
        }
    }

    /// <summary>Expands the positions that are new to the chunk, and convolves one block of channels after another.</summary>
    private void ExpandAndConvolve(
        ExpandedRings rings, float* memory, (int Start, int End) share, int p, float* ringMemory, int* offsets, ref DepthwiseConvCall call)
    {
        var origin = rings.Origin(share.Start);
        var f = rings.LastOf(p);
        var blocks = _layers.Expand!.Blocks;
        for (var before = p == share.Start ? origin : f; before < f; before += _chunk)
        {
            rings.Pack(memory, before, share, ringMemory);
            foreach (var block in blocks) rings.Expand(block, before, origin, ringMemory);
        }

        for (var t = 0; t < _taps.Length; t++) offsets[t] = rings.Locate(_taps[t].Plane, p + _taps[t].Row - origin) + _taps[t].Column;
        call.Input = rings.Channel(ringMemory, 0);
        call.InputStride = rings.Stride;
        rings.Pack(memory, f, share, ringMemory);
        for (var b = 0; b < blocks.Length; b++)
        {
            rings.Fetch(memory, f + _chunk, ShareWhole(_layers.Expand.Taps, b, blocks.Length));
            rings.Expand(blocks[b], f, origin, ringMemory);
            (call.First, call.Channels) = (blocks[b].First, blocks[b].Size);
            DepthwiseConv.Run(_level, in call, 0, _chunk);
        }
    }
}
