using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Normalization;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Convolution;

/// <summary>
/// The gradients of a convolution by its input, and each chunk's share of those by its weights and bias: x and dy come into scratch memory once
/// for both.
/// </summary>
internal sealed unsafe class ConvBackwardStep : TrainingStep
{
    private readonly ConvLayer _layer;
    private readonly ConvTiles _tiles;
    private readonly ConvInput _input;
    private readonly GradientSource _gradient;
    private readonly GradientTarget?[] _targets;
    private readonly StoredMap _output;
    private readonly int[] _offsets;
    private readonly int[][] _phaseOffsets;
    private readonly float[] _zeros;
    private readonly List<ViewSums> _sums = [];
    private readonly ViewSums?[] _sumsOf;

    public ConvBackwardStep(
        string name, EngineContext context, ConvLayer layer, ConvTiles tiles, ViewSource[] sources, GradientTarget?[] targets, StoredMap output)
        : base(name, context)
    {
        (_layer, _tiles, _targets, _output) = (layer, tiles, targets, output);
        _input = new ConvInput(context, tiles, sources);
        _gradient = new GradientSource(context, output);
        _offsets = tiles.InputOffsets();
        _phaseOffsets = [.. Enumerable.Range(0, tiles.Geometry.Stride * tiles.Geometry.Stride).Select(PhaseOffsets)];
        _zeros = new float[tiles.GroupInputs];
        _sumsOf = new ViewSums?[targets.Length];
        Partials = new PlanBuffer((long)Chunks * PartialFloats);
    }

    /// <summary>Gradients by weights, then by bias, of each chunk.</summary>
    public PlanBuffer Partials { get; }

    public override IEnumerable<PlanBuffer> Buffers =>
        [.. _input.Buffers, .. _gradient.Buffers, .. _targets.Where(t => t is not null).Select(t => t!.Value.Buffer).Distinct(), .. _sums.SelectMany(s => s.Buffers), Partials];

    public override long ScratchFloats =>
        _input.RowFloats + AheadFloats + ((long)(_tiles.InputPlanes + _tiles.GroupOutputs + _tiles.ResultPlanes) * _tiles.PlaneStride);

    /// <summary>Whether a view's whole gradient is there after this step, and all of it from here.</summary>
    public bool Completes(MapView view) => !view.HasSeveralWriters && _targets.Count(t => t?.View == view) == view.Map.Channels;

    /// <summary>Has the step take the sums over a gradient that it completes.</summary>
    public void Take(ViewSums sums)
    {
        _sums.Add(sums);
        for (var i = 0; i < _sumsOf.Length; i++)
        {
            if (_targets[i]?.View == sums.View) _sumsOf[i] = sums;
        }
    }

    protected override int Tasks => Context.Batch * _tiles.Geometry.Groups * _tiles.Bands;

    private int AheadFloats => ReadAhead.RoomFor(Math.Max(_tiles.GroupInputs, _tiles.GroupOutputs * _gradient.Pieces));

    private int PartialFloats => _layer.WeightCount + _layer.Outputs;

    protected override void StartChunk(float* memory, int chunk)
    {
        new Span<float>(PartialsOf(memory, chunk), PartialFloats).Clear();
        foreach (var sums in _sums) sums.Clear(memory, chunk);
    }

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var band = _tiles.Band(task % _tiles.Bands);
        var group = task / _tiles.Bands % _tiles.Geometry.Groups;
        var image = task / _tiles.Bands / _tiles.Geometry.Groups;
        var inputs = scratch + _input.RowFloats + AheadFloats;
        var gradients = inputs + ((nint)_tiles.InputPlanes * _tiles.PlaneStride);
        var results = gradients + ((nint)_tiles.GroupOutputs * _tiles.PlaneStride);
        if (_tiles.IsDepthwise && _targets[group] is { Accumulates: false } target)
        {
            RunDepthwise(memory, chunk, image, group, target, band, inputs + _tiles.Lead, gradients + _tiles.Lead, results);
            return;
        }

        var rows = _tiles.GradientRows(band);
        LoadGradient(memory, image, group, rows, gradients);
        gradients += _tiles.Lead;
        for (var channel = 0; channel < _tiles.GroupInputs; channel++)
        {
            if (_targets[(group * _tiles.GroupInputs) + channel] is null) continue;
            PropagateToInput(memory, chunk, image, group, band, gradients - ((nint)rows.Start * _tiles.Pitch), results, scratch + _input.RowFloats);
            break;
        }

        if (!TakesSumsOnTheWay(group)) AddSums(memory, chunk, image, group, band);

        gradients += (nint)(band.Start - rows.Start) * _tiles.Pitch;
        var input = _input.Load(memory, image, group, band.Start, band.End, inputs, scratch);
        AddWeightGradients(memory, chunk, group, band, input, gradients, Next(memory, task, scratch + _input.RowFloats));
    }

    /// <summary>Whether a group's sums are taken before dx leaves scratch memory.</summary>
    private bool TakesSumsOnTheWay(int group) => _tiles.IsFlat && !IsInPlace(group * _tiles.GroupInputs);

    private void AddSums(float* memory, int chunk, int image, int group, Band band)
    {
        var (stride, width) = (_tiles.Geometry.Stride, _tiles.Input.Width);
        var (start, end) = (Math.Min(stride * band.InputStart, _tiles.Input.Height) * width, Math.Min(stride * band.InputEnd, _tiles.Input.Height) * width);
        for (var i = group * _tiles.GroupInputs; i < (group + 1) * _tiles.GroupInputs; i++)
            _sumsOf[i]?.Add(memory, chunk, image, _targets[i]!.Value.Channel, start, end - start);
    }

    /// <summary>dy of some rows, which may lie outside the map; zeros around.</summary>
    private void LoadGradient(float* memory, int image, int group, (int Start, int End) rows, float* target)
    {
        var width = _tiles.Output.Width;
        var inside = (Start: Math.Clamp(rows.Start, 0, _tiles.Output.Height), End: Math.Clamp(rows.End, 0, _tiles.Output.Height));
        for (var channel = 0; channel < _tiles.GroupOutputs; channel++, target += _tiles.PlaneStride)
        {
            new Span<float>(target, _tiles.Lead).Clear();
            if (channel + 1 < _tiles.GroupOutputs) _gradient.Announce(memory, image, (group * _tiles.GroupOutputs) + channel + 1, inside.Start * width, (inside.End - inside.Start) * width);
            LoadGradientRows(memory, image, (group * _tiles.GroupOutputs) + channel, rows.Start, rows.End, target + _tiles.Lead);
        }
    }

    /// <summary>dy of rows [start, end) of a channel: zeros between them, and for those outside the map.</summary>
    private void LoadGradientRows(float* memory, int image, int channel, int start, int end, float* target)
    {
        var (width, pitch) = (_tiles.Output.Width, _tiles.Pitch);
        var (first, last) = (Math.Clamp(start, 0, _tiles.Output.Height), Math.Clamp(end, 0, _tiles.Output.Height));
        new Span<float>(target, (first - start) * pitch).Clear();
        target += (nint)(first - start) * pitch;
        _gradient.Load(memory, image, channel, first * width, _tiles.Rows(first, last, width), target);
        new Span<float>(target + ((nint)(last - first) * pitch), (end - last) * pitch).Clear();
    }

    /// <param name="memory">The workspace.</param>
    /// <param name="chunk">The chunk, for the sums.</param>
    /// <param name="image">The image.</param>
    /// <param name="group">The group.</param>
    /// <param name="band">The rows.</param>
    /// <param name="gradients">Where row 0 of dy would lie.</param>
    /// <param name="results">Scratch planes for dx.</param>
    /// <param name="room">Scratch memory for what is read ahead.</param>
    private void PropagateToInput(float* memory, int chunk, int image, int group, Band band, float* gradients, float* results, float* room)
    {
        var rows = band.InputEnd - band.InputStart;
        if (rows == 0) return;
        var stride = _tiles.Geometry.Stride;
        var first = group * _tiles.GroupInputs;
        var inPlace = IsInPlace(first);
        var target = inPlace ? _targets[first]!.Value.Plane(memory, image) + ((nint)band.InputStart * _tiles.Pitch) : results;
        var planeStride = inPlace ? _targets[first]!.Value.PlaneStride : _tiles.PlaneStride;
        var ahead = new ReadAhead(room, rows * stride * _tiles.Input.Width);
        if (!_tiles.IsDepthwise) _input.Announce(ref ahead, memory, image, group, band.InputStart * stride * _tiles.Input.Width);
        for (var py = 0; py < stride; py++)
        {
            for (var px = 0; px < stride; px++)
            {
                var phase = (py * stride) + px;
                var output = target + (px * (nint)planeStride);
                if (_phaseOffsets[phase].Length == 0)
                {
                    for (var channel = 0; channel < _tiles.GroupInputs; channel++, output += stride * (nint)planeStride)
                        new Span<float>(output, rows * _tiles.Pitch).Clear();
                    continue;
                }

                fixed (float* weights = _layer.Backward[phase], zeros = _zeros)
                {
                    var conv = new ScratchConv
                    {
                        Input = gradients + ((nint)band.InputStart * _tiles.Pitch),
                        Offsets = _phaseOffsets[phase],
                        InputRows = _tiles.GroupOutputs * _layer.PhaseTaps[py].Length,
                        Weights = weights + ((nint)first * _phaseOffsets[phase].Length),
                        Bias = zeros,
                        Output = output,
                        OutputStride = stride * planeStride,
                        Positions = ((rows - 1) * _tiles.Pitch) + _tiles.InputColumns,
                    };
                    ConvKernels.Run(Context.Level, conv, _layer.InputBlocks, ref ahead);
                }
            }

            for (var channel = 0; channel < _tiles.GroupInputs && !inPlace; channel++)
            {
                var source = results + ((nint)channel * stride * _tiles.PlaneStride);
                if (_targets[first + channel] is not { } place) continue;
                if (_tiles.IsFlat) StoreFlat(memory, chunk, image, band, source, place, _sumsOf[first + channel]);
                else Store(memory, image, band, py, source, place);
            }
        }
    }

    /// <summary>
    /// A 3x3 convolution of one channel: dx is one too, with the weights in reverse. A strip of rows after another is loaded and stays in the cache
    /// for everything that is done with it. Meanwhile the next one is fetched.
    /// </summary>
    private void RunDepthwise(float* memory, int chunk, int image, int channel, GradientTarget target, Band band, float* input, float* gradient, float* results)
    {
        var (taps, width, pitch, loaded, done) = (_layer.Taps, _tiles.Input.Width, _tiles.Pitch, band.Start - 1, 0);
        new Span<float>(input - _tiles.Lead, _tiles.Lead).Clear();
        new Span<float>(gradient - _tiles.Lead, _tiles.Lead).Clear();
        var reversed = stackalloc float[taps];
        for (var k = 0; k < taps; k++) reversed[taps - 1 - k] = _layer.Backward[0][(channel * taps) + k];
        var call = new DepthwiseRowsCall
        {
            Input = gradient - 1,
            InputPitch = pitch,
            Weights = reversed,
            Output = results,
            OutputPitch = width,
            Columns = width,
        };
        var result = PartialsOf(memory, chunk);
        for (var y = band.Start; y < band.End; y += call.Rows)
        {
            call.Rows = _tiles.DepthwiseStrip(band.End - y);
            var end = y + call.Rows + 1;
            var at = (nint)(loaded + 1 - band.Start) * pitch;
            LoadGradientRows(memory, image, channel, loaded, end, gradient + at);
            call.Ahead = _input.LoadRows(memory, image, channel, loaded, end, input + at);
            loaded = end;
            DepthwiseRows.Run(Context.Level, in call);
            var count = call.Rows * width;
            _sumsOf[channel]?.Add(memory, chunk, image, target.Channel, y * width, count, results);
            target.View.Map.Store(results, target.Plane(memory, image) + ((nint)y * width), count);
            call.Input += (nint)call.Rows * pitch;

            // Whole vectors of positions, which are of this strip; after the last one come zeros.
            var own = gradient + ((nint)(y + 1 - band.Start) * pitch);
            if (_layer.BiasStart is not null) result[_layer.WeightCount + channel] += (float)Reductions.Sum(Context.Level, own, call.Rows * pitch);
            var last = y + call.Rows == band.End;
            var there = (y + call.Rows - band.Start) * pitch;
            if (last) new Span<float>(gradient + pitch + there, 16).Clear();
            else there -= there % 16;
            AddDepthwise(result + ((nint)channel * taps), input + pitch + done, gradient + pitch + done, there - done);
            done = there;
        }
    }

    private void AddDepthwise(float* result, float* input, float* gradient, int positions)
    {
        var ahead = default(ReadAhead);
        fixed (int* offsets = _offsets)
        {
            var call = new WeightGradientCall
            {
                Gradient = gradient,
                Input = input,
                Offsets = offsets,
                Taps = _layer.Taps,
                Positions = positions,
                Result = result,
            };
            WeightGradient.Run(Context.Level, in call, 1, ref ahead);
        }
    }

    /// <summary>Brings a channel's dx home where rows follow each other without gaps, and so do bands.</summary>
    private void StoreFlat(float* memory, int chunk, int image, Band band, float* source, GradientTarget target, ViewSums? sums)
    {
        var (start, count) = (band.InputStart * _tiles.Input.Width, (band.InputEnd - band.InputStart) * _tiles.Input.Width);
        var place = target.Plane(memory, image) + start;
        sums?.Add(memory, chunk, image, target.Channel, start, count, source);
        if (target.Accumulates) Pointwise.Add(Context.Level, source, place, count, accumulate: true);
        else target.View.Map.Store(source, place, count);
    }

    /// <summary>Brings a channel's dx home, those rows that one phase makes; the phases of its columns are planes one after another.</summary>
    private void Store(float* memory, int image, Band band, int rowPhase, float* source, GradientTarget target)
    {
        var (stride, width) = (_tiles.Geometry.Stride, _tiles.Input.Width);
        var plane = target.Plane(memory, image);
        for (var i = band.InputStart; i < band.InputEnd; i++, source += _tiles.Pitch)
        {
            var y = (stride * i) + rowPhase;
            if (y >= _tiles.Input.Height) return;
            var row = plane + ((nint)y * width);
            if (stride == 1) Pointwise.Add(Context.Level, source, row, width, target.Accumulates);
            else PhaseMerge.Run(source, _tiles.PlaneStride, stride, row, width, target.Accumulates);
        }
    }

    private void AddWeightGradients(float* memory, int chunk, int group, Band band, float* input, float* gradients, ReadAhead ahead)
    {
        var positions = ((band.End - band.Start - 1) * _tiles.Pitch) + _tiles.Output.Width;
        var result = PartialsOf(memory, chunk);
        var first = group * _tiles.GroupOutputs;
        for (var channel = 0; channel < _tiles.GroupOutputs; channel++)
        {
            // The last vector of positions must end in zeros: what lies there is not this band's, or nothing.
            var plane = gradients + ((nint)channel * _tiles.PlaneStride);
            new Span<float>(plane + positions, 16).Clear();
            if (_layer.BiasStart is not null) result[_layer.WeightCount + first + channel] += (float)Reductions.Sum(Context.Level, plane, positions);
        }

        fixed (int* offsets = _offsets)
        {
            var call = new WeightGradientCall
            {
                Gradient = gradients,
                GradientStride = _tiles.PlaneStride,
                Input = input,
                Offsets = offsets,
                Taps = _layer.Taps,
                Positions = positions,
                Result = result + ((nint)first * _layer.Taps),
            };
            WeightGradient.Run(Context.Level, in call, _tiles.GroupOutputs, ref ahead);
        }
    }

    /// <summary>What the next task reads.</summary>
    private ReadAhead Next(float* memory, int task, float* room)
    {
        if (_tiles.IsDepthwise || task + 1 == Tasks) return default;
        task++;
        var rows = _tiles.GradientRows(_tiles.Band(task % _tiles.Bands));
        var group = task / _tiles.Bands % _tiles.Geometry.Groups;
        var image = task / _tiles.Bands / _tiles.Geometry.Groups;
        var start = Math.Max(0, rows.Start);
        var ahead = new ReadAhead(room, (Math.Min(rows.End, _tiles.Output.Height) - start) * _tiles.Output.Width);
        for (var channel = 0; channel < _tiles.GroupOutputs; channel++)
            _gradient.Announce(ref ahead, memory, image, (group * _tiles.GroupOutputs) + channel, start * _tiles.Output.Width);
        return ahead;
    }

    private float* PartialsOf(float* memory, int chunk) => memory + Partials.Offset + ((nint)chunk * PartialFloats);

    /// <summary>
    /// Whether dx is written in place: where it lies in the map as it does in scratch memory, nobody else adds to it, and the map may stay in the caches.
    /// </summary>
    private bool IsInPlace(int first) => _tiles.IsFlat && IsPlain(first) && !_targets[first]!.Value.View.Map.IsStreamed;

    /// <summary>Whether the group's gradients go to successive channels of one view that nobody has written before.</summary>
    private bool IsPlain(int first)
    {
        for (var c = 0; c < _tiles.GroupInputs; c++)
        {
            if (_targets[first + c] is not { Accumulates: false } target || !target.Follows(_targets[first]!.Value, c)) return false;
        }

        return true;
    }

    /// <summary>Distance of each tap (output channel and kernel place) from dy at an input phase's own position.</summary>
    private int[] PhaseOffsets(int phase)
    {
        var stride = _tiles.Geometry.Stride;
        var (rows, columns) = (_tiles.Taps.GradientTaps(phase / stride).ToList(), _tiles.Taps.GradientTaps(phase % stride).ToList());
        return
        [
            .. from o in Enumerable.Range(0, _tiles.GroupOutputs)
               from row in rows
               from column in columns
               select (o * _tiles.PlaneStride) + (row.Shift * _tiles.Pitch) + column.Shift
        ];
    }
}
