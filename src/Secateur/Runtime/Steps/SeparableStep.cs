using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>The convolutions of a <see cref="SeparableStep"/> and the slopes of the activations between them.</summary>
internal sealed record SeparableLayers(PackedConv? Expand, float ExpandSlope, PackedConv Depthwise, float DepthwiseSlope, PackedConv Project);

/// <summary>Where a <see cref="SeparableStep"/> reads and writes.</summary>
/// <param name="Layout">Of the outputs, and of the planes that are read.</param>
/// <param name="Input">Shape of the map that is read, before it is split into phases.</param>
/// <param name="Phases">The phases along each axis that the planes hold.</param>
/// <param name="Inputs">Position 0 of each plane that is read, the phases of a channel in a row.</param>
/// <param name="Outputs">Position 0 of each output channel.</param>
internal sealed record SeparablePlanes(PlanarLayout Layout, MapShape Input, int[] Phases, nint[] Inputs, nint[] Outputs);

/// <summary>
/// [1x1 convolution] depthwise convolution, 1x1 convolution in one go along the positions, a chunk at a time: what is between them stays in
/// cache. The expanded channels stand in rings that hold no more positions than the depthwise taps reach; its results in a panel of one chunk.
/// </summary>
internal sealed unsafe class SeparableStep : PlanStep
{
    // A chunk of the input should stay in the first-level cache while all blocks of expanded channels pass over it.
    private const int ChunkFloats = 4096;
    private const int Granule = 64;

    private readonly SimdLevel _level;
    private readonly SeparableLayers _layers;
    private readonly SeparablePlanes _planes;
    private readonly ConvEpilogue _epilogue;
    private readonly BorderStart? _border;
    private readonly nint _scratch;
    private readonly int _chunk;

    // How far the depthwise taps reach before and behind a position.
    private readonly int _before;
    private readonly int _behind;

    // For each depthwise tap the plane of a channel that it reads, and its distance.
    private readonly (int Plane, int Shift)[] _taps;
    private readonly (int Height, int Width)[] _valid;
    private readonly int[] _expandOffsets;
    private readonly int[] _projectOffsets;

    // Positions that a ring holds, and floats from one ring to the next: a chunk that runs over the ring's end goes on behind it.
    private readonly int _ring;
    private readonly int _ringStride;

    public SeparableStep(
        string name, SimdLevel level, SeparableLayers layers, SeparablePlanes planes, ConvEpilogue epilogue, BorderStart? border, nint scratch)
        : base(name)
    {
        (_level, _layers, _planes, _epilogue, _border, _scratch) = (level, layers, planes, epilogue, border, scratch);
        var (geometry, pitch) = (layers.Depthwise.Geometry, planes.Layout.Pitch);
        var taps = new TapGeometry(geometry);
        var phases = planes.Phases;
        _taps =
        [
            .. from ky in Enumerable.Range(0, geometry.Kernel)
               from kx in Enumerable.Range(0, geometry.Kernel)
               select ((phases.IndexOf(taps.Phase(ky)) * phases.Length) + phases.IndexOf(taps.Phase(kx)), (taps.Shift(ky) * pitch) + taps.Shift(kx)),
        ];
        _before = Math.Max(0, -_taps.Min(t => t.Shift));
        _behind = Math.Max(0, _taps.Max(t => t.Shift));
        _valid =
        [
            .. from py in phases
               from px in phases
               select (ValidSize(planes.Input.Height, planes.Layout.Height, py), ValidSize(planes.Input.Width, planes.Layout.Width, px)),
        ];
        var channels = planes.Inputs.Length / _valid.Length;
        _chunk = Math.Clamp(ChunkFloats / channels / Granule, 1, 4) * Granule;
        _expandOffsets = [.. Enumerable.Range(0, channels).Select(c => (int)(planes.Inputs[c * _valid.Length] - planes.Inputs[0]))];
        _projectOffsets = [.. Enumerable.Range(0, layers.Project.Taps).Select(c => c * _chunk)];
        _ring = (_before + _behind + _chunk + _chunk - 1) / _chunk * _chunk;
        _ringStride = _ring + _chunk;

        int ValidSize(int size, int output, int phase) => Math.Min((size - phase + geometry.Stride - 1) / geometry.Stride, output + taps.After);
    }

    public override long MultiplyAdds
    {
        get
        {
            var expanded = _layers.Expand is null ? 0 : (long)_planes.Input.Height * _planes.Input.Width * _layers.Expand.Taps * _layers.Expand.Bias.Length;
            var perPosition = (_layers.Depthwise.Bias.Length * _layers.Depthwise.Taps) + (_layers.Project.Bias.Length * _layers.Project.Taps);
            return expanded + ((long)_planes.Layout.Height * _planes.Layout.Width * perPosition);
        }
    }

    public override long ScratchFloats => (_layers.Expand is null ? 0 : _layers.Expand.Bias.Length * _valid.Length * _ringStride) + PanelFloats;

    private int PanelFloats => _layers.Depthwise.Bias.Length * _chunk;

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(_planes.Layout.Positions, part, parts);
        if (start == end) return;
        var panel = memory + _scratch + (part * (nint)ScratchFloats);
        for (var p = start; p < end; p += _chunk)
        {
            // Planes lie far apart, so no prefetcher of the machine follows them all.
            foreach (var input in _planes.Inputs) Prefetch.Range(memory + input + p + _chunk + _behind, _chunk);
            foreach (var output in _planes.Outputs) Prefetch.Range(memory + output + p, _chunk);
            if (_layers.Expand is null) ConvolveMap(memory, p, panel);
            else ExpandAndConvolve(memory, start, p, panel, panel + PanelFloats);
            Project(memory, p, Math.Min(p + _chunk, end), panel);
        }
    }

    /// <summary>The depthwise convolution of the map that is read itself.</summary>
    private void ConvolveMap(float* memory, int p, float* panel)
    {
        var offsets = stackalloc int[_taps.Length];
        for (var c = 0; c < _layers.Depthwise.Bias.Length; c++)
        {
            // The phases of a channel follow each other.
            var first = _planes.Inputs[c * _valid.Length];
            for (var t = 0; t < _taps.Length; t++)
                offsets[t] = (int)(_planes.Inputs[(c * _valid.Length) + _taps[t].Plane] - first) + _taps[t].Shift;
            Depthwise(c, 1, memory + first + p, 0, offsets, panel);
        }
    }

    /// <summary>For one block of channels after another: expands the positions that are new to this chunk, then convolves.</summary>
    private void ExpandAndConvolve(float* memory, int start, int p, float* panel, float* rings)
    {
        var expand = _layers.Expand!;

        // The stream starts where it ends with the chunk that the first outputs need.
        var needed = p + _chunk + _behind;
        var origin = start + _chunk + _behind - _ring;
        var offsets = stackalloc int[_taps.Length];
        for (var t = 0; t < _taps.Length; t++) offsets[t] = (_taps[t].Plane * _ringStride) + ((p + _taps[t].Shift - origin) % _ring);
        foreach (var block in expand.Blocks)
        {
            var blockRings = rings + ((nint)block.First * _valid.Length * _ringStride);
            for (var f = p == start ? origin : needed - _chunk; f < needed; f += _chunk)
            {
                for (var phase = 0; phase < _valid.Length; phase++)
                    Expand(memory, block, phase, f, (f - origin) % _ring, blockRings + (phase * (nint)_ringStride));
            }

            Depthwise(block.First, block.Size, blockRings, _valid.Length * _ringStride, offsets, panel);
        }
    }

    /// <summary>Writes one chunk of a block's rings, of one phase.</summary>
    private void Expand(float* memory, ChannelBlock block, int phase, int f, int at, float* rings)
    {
        var (height, width) = _valid[phase];
        var pitch = _planes.Layout.Pitch;
        var (first, last) = (Math.Max(f, 0), Math.Min(f + _chunk, height * pitch));
        var stride = (nint)_valid.Length * _ringStride;
        var outputs = stackalloc nint[block.Size];
        for (var c = 0; c < block.Size; c++) outputs[c] = c * stride;
        var expand = _layers.Expand!;
        if (first < last)
        {
            fixed (int* offsets = _expandOffsets)
            fixed (float* weights = expand.Weights, bias = expand.Bias)
            {
                var call = new DenseConvCall
                {
                    Input = memory + _planes.Inputs[phase],
                    Offsets = offsets,
                    Taps = expand.Taps,
                    Weights = weights + ((nint)block.First * expand.Taps),
                    Bias = bias + block.First,
                    Memory = rings + at - f,
                    Outputs = outputs,
                    Slope = _layers.ExpandSlope,
                };
                DenseConv.Run(_level, block.Size, in call, first, last);
            }
        }

        // Outside of the map the depthwise convolution reads zeros.
        if (first > f) Clear(f, Math.Min(first, f + _chunk));
        if (last < f + _chunk) Clear(Math.Max(f, last), f + _chunk);
        if (width < pitch)
        {
            for (var gap = (first / pitch * pitch) + width; gap < last; gap += pitch) Clear(Math.Max(gap, first), Math.Min(gap - width + pitch, last));
        }

        // A chunk that starts near the ring's end goes on behind it.
        if (at == 0)
        {
            for (var c = 0; c < block.Size; c++) new ReadOnlySpan<float>(rings + outputs[c], _chunk).CopyTo(new Span<float>(rings + outputs[c] + _ring, _chunk));
        }

        void Clear(int from, int to)
        {
            if (from >= to) return;
            for (var c = 0; c < block.Size; c++) new Span<float>(rings + (c * stride) + at + from - f, to - from).Clear();
        }
    }

    private void Depthwise(int first, int count, float* input, int stride, int* offsets, float* panel)
    {
        var layer = _layers.Depthwise;
        fixed (float* weights = layer.Weights, bias = layer.Bias)
        {
            var call = new DepthwiseConvCall
            {
                Channels = count,
                Input = input,
                InputStride = stride,
                Offsets = offsets,
                Weights = weights + ((nint)first * layer.Taps),
                Taps = layer.Taps,
                Bias = bias + first,
                Slope = _layers.DepthwiseSlope,
                Output = panel + ((nint)first * _chunk),
                OutputStride = _chunk,
            };
            DepthwiseConv.Run(_level, in call, 0, _chunk);
        }
    }

    private void Project(float* memory, int start, int end, float* panel)
    {
        var project = _layers.Project;
        fixed (int* offsets = _projectOffsets)
        fixed (float* weights = project.Weights, bias = project.Bias, starts = _border?.Values)
        fixed (nint* outputs = _planes.Outputs, addends = _epilogue.Addends)
        {
            foreach (var block in project.Blocks)
            {
                var call = new DenseConvCall
                {
                    Input = panel - start,
                    Offsets = offsets,
                    Taps = project.Taps,
                    Weights = weights + ((nint)block.First * project.Taps),
                    Bias = bias + block.First,
                    BorderStart = _border is null ? null : starts + ((nint)block.First * _border.Stride),
                    BorderStride = _border?.Stride ?? 0,
                    Border = _border?.Rows ?? default,
                    Memory = memory,
                    Outputs = outputs + block.First,
                    Addends = _epilogue.Addends is null ? null : addends + block.First,
                    Slope = _epilogue.Slope,
                    OwnFactor = _epilogue.OwnFactor,
                    AddendFactor = _epilogue.AddendFactor,
                };
                DenseConv.Run(_level, block.Size, in call, start, end);
            }
        }

        foreach (var output in _planes.Outputs) _planes.Layout.ClearHalo(memory + output, start, end);
    }
}
