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
    private readonly int _before;
    private readonly int _behind;
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
    /// <param name="before">Positions that these reach back.</param>
    /// <param name="behind">Positions that these reach ahead.</param>
    /// <param name="chunk">Positions expanded at a time.</param>
    public ExpandedRings(SimdLevel level, SeparableLayers layers, SeparablePlanes planes, TapGeometry taps, int before, int behind, int chunk)
    {
        (_level, _expand, _slope, _planes) = (level, layers.Expand!, layers.ExpandSlope, planes);
        (_before, _behind, _chunk) = (before, behind, chunk);
        _stride = taps.Conv.Stride;
        _length = (before + behind + chunk + chunk - 1) / chunk * chunk;
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

    /// <summary>Floats of memory: a panel [phases, C, chunk] of what is expanded, the edges [C, before + behind], the rings.</summary>
    public long Floats => PanelFloats + EdgeFloats + ((long)_expand.Bias.Length * Stride);

    private long PanelFloats => _phases.Length * _phases.Length * (long)PhaseFloats;

    private int PhaseFloats => _expand.Taps * _panelStride;

    private long EdgeFloats => _planes.IsInPlace ? CacheLines.RoundUp(_expand.Taps * (_before + _behind)) : 0;

    /// <summary>The first position of the stream for outputs from <paramref name="start"/> on: it ends with the chunk that the first ones need.</summary>
    public int Origin(int start) => LastOf(start) + _chunk - _length;

    /// <summary>The last chunk that the outputs from <paramref name="p"/> on need.</summary>
    public int LastOf(int p) => p + _behind;

    /// <summary>Where a run of positions from <paramref name="distance"/> behind the stream's origin stands in a channel's memory.</summary>
    public int Locate(int plane, int distance) => (plane * _ringStride) + (distance % _length);

    /// <summary>The rings of a channel.</summary>
    public float* Channel(float* rings, int channel) => rings + PanelFloats + EdgeFloats + (channel * (nint)Stride);

    /// <summary>Keeps what the part [start, end) reads before its start and behind its end.</summary>
    public void SaveEdges(float* memory, (int Start, int End) share, float* rings)
    {
        for (var c = 0; c < _expand.Taps; c++)
        {
            var source = memory + _planes.Inputs[c];
            var edges = Edges(rings, c);
            var before = Math.Min(_before, share.Start);
            Copy(source + share.Start - before, edges + _before - before, before);
            if (share.End < _planes.Layout.Positions) Copy(source + share.End, edges + _before, _behind);
        }
    }

    /// <summary>Copies the chunk at <paramref name="f"/> of all planes side by side: as they lie, every channel would be on a page of its own.</summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="f">First position.</param>
    /// <param name="share">The outputs of this part: around them, another may have written already.</param>
    /// <param name="rings">This object's memory.</param>
    public void Pack(float* memory, int f, (int Start, int End) share, float* rings)
    {
        for (var row = 0; row < _phases.Length; row++)
        {
            var panel = rings + ((nint)row * _phases.Length * PhaseFloats);
            var (first, last) = Inside(f, row);
            if (_planes.IsInPlace) PackShare(memory, f, first, last, share, rings);
            else if (_stride == 1 && _planes.Layout.Pitch == _planes.From.Pitch) PackRun(memory, first, last, panel + (first - f));
            else PackRows(memory, row, first, last, panel + (first - f));
        }
    }

    /// <summary>Fetches some channels of the chunk at <paramref name="f"/>: they lie too far apart for the machine to guess.</summary>
    public void Fetch(float* memory, int f, (int Start, int End) channels)
    {
        var (y, x) = Math.DivRem(f, _planes.Layout.Pitch);
        foreach (var phase in _phases)
        {
            var from = (((_stride * y) + phase) * (nint)_planes.From.Pitch) + (_stride * x);
            for (var c = channels.Start; c < channels.End; c++) Prefetch.Range(memory + _planes.Inputs[c] + from, _stride * _chunk);
        }
    }

    private void PackShare(float* memory, int f, int first, int last, (int Start, int End) share, float* rings)
    {
        // Of stride 1: one phase, whose panel comes first.
        PackRun(memory, Math.Max(first, share.Start), Math.Min(last, share.End), rings + (Math.Max(first, share.Start) - f));
        for (var c = 0; c < _expand.Taps; c++)
        {
            var target = rings + (c * _panelStride);
            var edges = Edges(rings, c);
            var (start, end) = (Math.Max(first, share.Start - _before), Math.Min(last, share.Start));
            Copy(edges + _before + (start - share.Start), target + (start - f), end - start);
            (start, end) = (Math.Max(first, share.End), Math.Min(last, share.End + _behind));
            Copy(edges + _before + (start - share.End), target + (start - f), end - start);
        }
    }

    private void PackRun(float* memory, int first, int last, float* panel)
    {
        for (var c = 0; c < _expand.Taps; c++) Copy(memory + _planes.Inputs[c] + first, panel + (c * _panelStride), last - first);
    }

    private float* Edges(float* rings, int channel) => rings + PanelFloats + (channel * (nint)(_before + _behind));

    private static void Copy(float* source, float* target, int count)
    {
        if (count > 0) new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
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
                var (first, last) = Inside(f, q / _phases.Length);
                if (first < last) DenseConv.Run(_level, block.Size, in call, first - f, last - f);
                ClearOutside(ring + at, block.Size, f, q);
                if (at != 0) continue;
                for (var c = 0; c < block.Size; c++)
                    new ReadOnlySpan<float>(ring + outputs[c], _chunk).CopyTo(new Span<float>(ring + outputs[c] + _length, _chunk));
            }
        }
    }

    /// <summary>Zeroes what of a chunk lies outside of the map.</summary>
    private void ClearOutside(float* chunk, int channels, int f, int q)
    {
        var (pitch, width) = (_planes.Layout.Pitch, _widths[q % _phases.Length]);
        var (first, last) = Inside(f, q / _phases.Length);
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

    /// <summary>The positions of a chunk that are in rows of the map.</summary>
    private (int First, int Last) Inside(int f, int row) => (Math.Max(f, 0), Math.Min(f + _chunk, _heights[row] * _planes.Layout.Pitch));
}
