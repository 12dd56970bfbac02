using System.Runtime.CompilerServices;
using Secateur.Kernels;
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

    // Positions a ring holds, those of its first ones that it holds again behind its end, so that no run of taps breaks there, and floats from
    // one ring to the next.
    private readonly int _length;
    private readonly int _mirror;
    private readonly int _ringStride;
    private readonly int _panelStride;

    // The first tap of an expanded channel is its bias, and reads what is 1 inside of the map and 0 outside: so sums are zero there.
    private readonly int[] _offsets;
    private readonly float[] _weights;
    private readonly float[] _starts;
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
        _mirror = chunk + CacheLines.Floats;
        _ringStride = CacheLines.Spread(_length + _mirror);
        _panelStride = CacheLines.Spread(chunk);
        _offsets = Arrays.Of(_expand.Taps + 1, c => c * _panelStride);
        _weights = WithBias(_expand);
        _starts = new float[_expand.Bias.Length];
        _phases = taps.Phases();
        _heights = Arrays.Of(_phases.Length, k => Math.Min(PhaseSplit.Count(planes.From.Height, _stride, _phases[k]), planes.Layout.Height + taps.After));
        _widths = Arrays.Of(_phases.Length, k => Math.Min(PhaseSplit.Count(planes.From.Width, _stride, _phases[k]), planes.Layout.Width + taps.After));
        Stride = _phases.Length * _phases.Length * _ringStride;
        _outputs = Arrays.Of(_expand.Bias.Length, c => c * (nint)Stride);
    }

    /// <summary>Floats from one channel to the next.</summary>
    public int Stride { get; }

    /// <summary>Floats of memory: a panel [phases, 1 + C, chunk] of what is expanded, the edges [C, before + behind], the rings.</summary>
    public long Floats => PanelFloats + EdgeFloats + ((long)_expand.Bias.Length * Stride);

    private long PanelFloats => _phases.Length * _phases.Length * (long)PhaseFloats;

    private int PhaseFloats => _offsets.Length * _panelStride;

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
            else new Span<float>(edges + _before, _behind).Clear();
        }
    }

    /// <summary>
    /// Copies the chunk at <paramref name="f"/> of all planes side by side, behind ones: as they lie, every channel would be on a page of its own.
    /// </summary>
    /// <param name="memory">The workspace.</param>
    /// <param name="f">First position.</param>
    /// <param name="share">The outputs of this part: around them, another may have written already.</param>
    /// <param name="rings">This object's memory.</param>
    public void Pack(float* memory, int f, (int Start, int End) share, float* rings)
    {
        for (var row = 0; row < _phases.Length; row++)
        {
            var (first, last) = Inside(f, row);
            var panel = Panel(rings, row, 0);
            for (var column = 0; column < _phases.Length; column++) Mark(Panel(rings, row, column), f, first, last, _widths[column]);
            if (_planes.IsInPlace) PackShare(memory, f, first, last, share, panel, rings);
            else if (_stride == 1 && _planes.Layout.Pitch == _planes.From.Pitch) PackRun(memory, f, first, last, panel);
            else PackRows(memory, f, row, first, last, panel);
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

    /// <summary>Writes the row of ones inside of the map, and zeroes all of the panel that no row of the map reaches.</summary>
    private void Mark(float* panel, int f, int first, int last, int width)
    {
        var pitch = _planes.Layout.Pitch;
        new Span<float>(panel, _chunk).Clear();
        for (var row = first / pitch * pitch; row < last; row += pitch)
        {
            var start = Math.Max(row, first);
            new Span<float>(panel + (start - f), Math.Max(0, Math.Min(row + width, last) - start)).Fill(1);
        }

        var (before, behind) = last > first ? (first - f, last - f) : (0, 0);
        if (before == 0 && behind == _chunk) return;
        for (var c = 1; c < _offsets.Length; c++)
        {
            new Span<float>(panel + _offsets[c], before).Clear();
            new Span<float>(panel + _offsets[c] + behind, _chunk - behind).Clear();
        }
    }

    private void PackShare(float* memory, int f, int first, int last, (int Start, int End) share, float* panel, float* rings)
    {
        PackRun(memory, f, Math.Max(first, share.Start), Math.Min(last, share.End), panel);
        for (var c = 0; c < _expand.Taps; c++)
        {
            var target = panel + _offsets[c + 1];
            var edges = Edges(rings, c);
            var (start, end) = (Math.Max(first, share.Start - _before), Math.Min(last, share.Start));
            Copy(edges + _before + (start - share.Start), target + (start - f), end - start);
            (start, end) = (Math.Max(first, share.End), Math.Min(last, share.End + _behind));
            Copy(edges + _before + (start - share.End), target + (start - f), end - start);
        }
    }

    /// <summary>Copies rows as they lie, with the zeros between them.</summary>
    [MethodImpl(KernelCode.Options)]
    private void PackRun(float* memory, int f, int first, int last, float* panel)
    {
        for (var c = 0; c < _expand.Taps; c++)
        {
            var source = memory + _planes.Inputs[c] + first;
            if (last - first == _chunk) LineCopy.Run(source, panel + _offsets[c + 1], _chunk);
            else Copy(source, panel + _offsets[c + 1] + (first - f), last - first);
        }
    }

    private void PackRows(float* memory, int f, int row, int first, int last, float* panel)
    {
        var (pitch, from) = (_planes.Layout.Pitch, _planes.From);
        for (var y = first / pitch; y * pitch < last; y++)
        {
            var (start, end) = (Math.Max(first, y * pitch), Math.Min(last, (y + 1) * pitch));
            var x = start - (y * pitch);
            var columns = Math.Clamp(from.Width - (_stride * x), 0, _stride * (end - start));
            var source = (((_stride * y) + _phases[row]) * from.Pitch) + (_stride * x);
            for (var c = 0; c < _expand.Taps; c++)
            {
                var target = panel + _offsets[c + 1] + (start - f);
                PhaseSplit.Run(_level, memory + _planes.Inputs[c] + source, columns, _stride, _phases, target, PhaseFloats);
                for (var k = 0; k < _phases.Length; k++)
                {
                    var width = Math.Max(_widths[k] - x, 0);
                    if (width < end - start) new Span<float>(target + (k * PhaseFloats) + width, end - start - width).Clear();
                }
            }
        }
    }

    private float* Panel(float* rings, int row, int column) => rings + (((row * (nint)_phases.Length) + column) * PhaseFloats);

    private float* Edges(float* rings, int channel) => rings + PanelFloats + (channel * (nint)(_before + _behind));

    private static void Copy(float* source, float* target, int count)
    {
        if (count > 0) new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
    }

    /// <summary>Expands the chunk that was packed last for one block of channels.</summary>
    [MethodImpl(KernelCode.Options)]
    public void Expand(ChannelBlock block, int f, int origin, float* rings)
    {
        var at = (f - origin) % _length;
        fixed (int* offsets = _offsets)
        fixed (float* weights = _weights, bias = _starts)
        fixed (nint* outputs = _outputs)
        {
            var call = new DenseConvCall
            {
                First = block.First,
                Offsets = offsets,
                Taps = _offsets.Length,
                Weights = weights,
                Bias = bias,
                Outputs = outputs,
                Slope = _slope,
            };
            for (var q = 0; q < _phases.Length * _phases.Length; q++)
            {
                call.Input = Panel(rings, 0, q);
                call.Memory = Channel(rings, 0) + Locate(q, at);
                DenseConv.Run(_level, block.Size, in call, 0, _chunk);
                var mirrored = Math.Min(_chunk, _mirror - at);
                for (var c = 0; c < block.Size; c++) LineCopy.Run(call.Memory + outputs[block.First + c], call.Memory + outputs[block.First + c] + _length, mirrored);
            }
        }
    }

    /// <summary>The weights with the bias of each channel before its taps.</summary>
    private static float[] WithBias(PackedConv conv)
    {
        var weights = new List<float>(conv.Weights.Length + conv.Bias.Length);
        foreach (var block in conv.Blocks)
        {
            weights.AddRange(conv.Bias.AsSpan(block.First, block.Size));
            weights.AddRange(conv.Weights.AsSpan(block.First * conv.Taps, block.Size * conv.Taps));
        }

        return [.. weights];
    }

    /// <summary>The positions of a chunk that are in rows of the map.</summary>
    private (int First, int Last) Inside(int f, int row) => (Math.Max(f, 0), Math.Min(f + _chunk, _heights[row] * _planes.Layout.Pitch));
}
