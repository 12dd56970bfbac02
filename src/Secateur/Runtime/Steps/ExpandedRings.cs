using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>
/// The expanded channels of a <see cref="SeparableStep"/>, as many positions of them as the depthwise taps reach: one ring for each channel and
/// phase of the stride. What lies outside of the map is zero in them, as depthwise taps want it.
/// </summary>
internal sealed unsafe class ExpandedRings
{
    private readonly SimdLevel _level;
    private readonly PackedConv _expand;
    private readonly float _slope;
    private readonly SeparablePlanes _planes;
    private readonly int _stride;
    private readonly int _chunk;

    // Positions a ring holds, and floats from one to the next: a chunk that runs over a ring's end goes on behind it.
    private readonly int _length;
    private readonly int _ringStride;
    private readonly int _panelStride;
    private readonly int[] _offsets;
    private readonly nint[] _outputs;

    // The taps' phases, and how many rows and columns each has.
    private readonly int[] _phases;
    private readonly int[] _heights;
    private readonly int[] _widths;

    /// <summary>Plans the rings.</summary>
    /// <param name="level">Vector width.</param>
    /// <param name="layers">The convolutions.</param>
    /// <param name="planes">What is read.</param>
    /// <param name="taps">Of the depthwise convolution, along each axis.</param>
    /// <param name="reach">Positions that its taps span.</param>
    /// <param name="chunk">Positions expanded at a time.</param>
    public ExpandedRings(SimdLevel level, SeparableLayers layers, SeparablePlanes planes, TapGeometry taps, int reach, int chunk)
    {
        (_level, _expand, _slope, _planes, _chunk) = (level, layers.Expand!, layers.ExpandSlope, planes, chunk);
        _stride = taps.Conv.Stride;
        _length = (reach + chunk + chunk - 1) / chunk * chunk;
        _ringStride = CacheLines.Spread(_length + chunk + CacheLines.Floats);
        _panelStride = CacheLines.Spread(chunk);
        _offsets = [.. Enumerable.Range(0, _expand.Taps).Select(c => c * _panelStride)];
        _phases = taps.Phases();
        _heights = [.. _phases.Select(p => Math.Min(PhaseSplit.Count(planes.From.Height, _stride, p), planes.Layout.Height + taps.After))];
        _widths = [.. _phases.Select(p => Math.Min(PhaseSplit.Count(planes.From.Width, _stride, p), planes.Layout.Width + taps.After))];
        Stride = _phases.Length * _phases.Length * _ringStride;
        _outputs = [.. Enumerable.Range(0, DenseConv.MaxBlock).Select(c => c * (nint)Stride)];
    }

    /// <summary>Floats from one channel to the next.</summary>
    public int Stride { get; }

    /// <summary>Floats of memory: rings, and a panel [phases, C, chunk] of what is expanded.</summary>
    public long Floats => ((long)_expand.Bias.Length * Stride) + PanelFloats;

    private long PanelFloats => _phases.Length * _phases.Length * (long)PhaseFloats;

    private int PhaseFloats => _expand.Taps * _panelStride;

    /// <summary>The first position of a stream whose first outputs need all up to <paramref name="needed"/>.</summary>
    public int Origin(int needed) => needed - _length;

    /// <summary>Where a run of positions from <paramref name="distance"/> behind the stream's origin stands in a channel's memory.</summary>
    public int Locate(int plane, int distance) => (plane * _ringStride) + (distance % _length);

    /// <summary>The rings of a channel.</summary>
    public float* Channel(float* rings, int channel) => rings + PanelFloats + (channel * (nint)Stride);

    /// <summary>Copies the chunk at <paramref name="f"/> of all planes side by side: as they lie, every channel would be on a page of its own.</summary>
    public void Pack(float* memory, int f, float* rings)
    {
        for (var row = 0; row < _phases.Length; row++)
        {
            var panel = rings + ((nint)row * _phases.Length * PhaseFloats);
            var (first, last) = (Math.Max(f, 0), Math.Min(f + _chunk, _heights[row] * _planes.Layout.Pitch));
            if (_stride == 1 && _planes.Layout.Pitch == _planes.From.Pitch) PackRun(memory, first, last, panel + (first - f));
            else PackRows(memory, row, first, last, panel + (first - f));
        }
    }

    private void PackRun(float* memory, int first, int last, float* panel)
    {
        for (var c = 0; c < _expand.Taps && first < last; c++)
            new ReadOnlySpan<float>(memory + _planes.Inputs[c] + first, last - first).CopyTo(new Span<float>(panel + (c * _panelStride), last - first));
    }

    private void PackRows(float* memory, int row, int first, int last, float* panel)
    {
        var (pitch, from) = (_planes.Layout.Pitch, _planes.From);
        for (var y = first / pitch; y * pitch < last; y++)
        {
            var (start, end) = (Math.Max(first, y * pitch), Math.Min(last, (y + 1) * pitch));
            var column = _stride * (start - (y * pitch));
            var columns = Math.Min(from.Width - column, _stride * (end - start));
            var source = (((_stride * y) + _phases[row]) * from.Pitch) + column;
            for (var c = 0; c < _expand.Taps && columns > 0; c++)
            {
                var target = panel + (c * _panelStride) + (start - first);
                PhaseSplit.Run(_level, memory + _planes.Inputs[c] + source, columns, _stride, _phases, target, PhaseFloats);
            }
        }
    }

    /// <summary>Expands the chunk that was packed last for one block of channels.</summary>
    public void Expand(ChannelBlock block, int f, int origin, float* rings)
    {
        var at = (f - origin) % _length;
        fixed (int* offsets = _offsets)
        fixed (float* weights = _expand.Weights, bias = _expand.Bias)
        fixed (nint* outputs = _outputs)
        {
            var call = new DenseConvCall
            {
                Offsets = offsets,
                Taps = _expand.Taps,
                Weights = weights + ((nint)block.First * _expand.Taps),
                Bias = bias + block.First,
                Outputs = outputs,
                Slope = _slope,
            };
            for (var q = 0; q < _phases.Length * _phases.Length; q++)
            {
                var ring = Channel(rings, block.First) + Locate(q, 0);
                call.Input = rings + ((nint)q * PhaseFloats);
                call.Memory = ring + at;
                DenseConv.Run(_level, block.Size, in call, 0, _chunk);
                ClearOutside(ring + at, block.Size, f, _heights[q / _phases.Length], _widths[q % _phases.Length]);
                if (at != 0) continue;
                for (var c = 0; c < block.Size; c++)
                    new ReadOnlySpan<float>(ring + outputs[c], _chunk).CopyTo(new Span<float>(ring + outputs[c] + _length, _chunk));
            }
        }
    }

    /// <summary>Zeroes what of a chunk lies outside of the map.</summary>
    private void ClearOutside(float* chunk, int channels, int f, int height, int width)
    {
        var pitch = _planes.Layout.Pitch;
        var (first, last) = (Math.Max(f, 0), Math.Min(f + _chunk, height * pitch));
        Clear(f, Math.Min(first, f + _chunk));
        Clear(Math.Max(last, f), f + _chunk);
        for (var gap = (first / pitch * pitch) + width; gap < last; gap += pitch) Clear(Math.Max(gap, first), Math.Min(gap - width + pitch, last));

        void Clear(int from, int to)
        {
            for (var c = 0; c < channels && from < to; c++)
            {
                var target = chunk + (c * (nint)Stride);
                for (var x = from; x < to; x++) target[x - f] = 0;
            }
        }
    }
}
