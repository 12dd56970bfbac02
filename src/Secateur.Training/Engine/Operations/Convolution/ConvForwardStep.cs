using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>A convolution of the batch, and the moments of its result where a batch norm follows.</summary>
internal sealed unsafe class ConvForwardStep(string name, EngineContext context, ConvLayer layer, ConvTiles tiles, ViewSource[] sources, StoredMap output)
    : TrainingStep(name, context)
{
    private readonly ConvInput _input = new(context, tiles, sources);
    private readonly int[] _offsets = tiles.InputOffsets();
    private readonly PlanBuffer _output = output.Raw;

    /// <summary>Moments of each chunk and channel; null as long as nobody needs them.</summary>
    public PlanBuffer? Moments { get; private set; }

    public override IEnumerable<PlanBuffer> Buffers => [.. _input.Buffers, _output, .. Moments is null ? Array.Empty<PlanBuffer>() : [Moments]];

    public override long ScratchFloats => _input.RowFloats + ReadAhead.RoomFor(tiles.GroupInputs) + ((long)(tiles.InputPlanes + tiles.GroupOutputs) * tiles.PlaneStride);

    protected override int Tasks => tiles.TasksFor(Context.Batch);

    /// <summary>Has the moments computed.</summary>
    public PlanBuffer RequestMoments() => Moments ??= new PlanBuffer((long)Context.Chunks * output.Channels * Kernels.Moments.Floats);

    protected override void StartChunk(float* memory, int chunk)
    {
        if (Moments is not null) new Span<Moments>(MomentsOf(memory, chunk), output.Channels).Clear();
    }

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, group, band) = tiles.Task(task);
        var first = group * tiles.GroupOutputs;
        var planes = scratch + _input.RowFloats + ReadAhead.RoomFor(tiles.GroupInputs);
        var (rows, width) = (band.End - band.Start, tiles.Output.Width);
        var inPlace = tiles.IsFlat && !output.IsStreamed;
        var results = planes + ((nint)tiles.InputPlanes * tiles.PlaneStride);
        var direct = output.Plane(memory, _output, image, first) + ((nint)band.Start * width);
        if (tiles.IsDepthwise)
        {
            RunDepthwise(memory, chunk, image, first, band, planes + tiles.Lead, results, direct);
            return;
        }

        var input = _input.Load(memory, image, group, band.Start, band.End, planes, scratch);
        fixed (float* weights = layer.Forward, bias = layer.Bias)
        {
            var conv = new ScratchConv
            {
                Input = input,
                Offsets = _offsets,
                InputRows = tiles.GroupInputs * tiles.Geometry.Kernel,
                Weights = weights + ((nint)first * layer.Taps),
                Bias = bias + first,
                Output = inPlace ? direct : results,
                OutputStride = inPlace ? output.PlaneStride : tiles.PlaneStride,
                Positions = ((rows - 1) * tiles.Pitch) + width,
            };
            var ahead = Next(memory, task, scratch + _input.RowFloats);
            ConvKernels.Run(Context.Level, conv, layer.OutputBlocks, ref ahead);
        }

        for (var channel = 0; channel < tiles.GroupOutputs; channel++)
        {
            var target = direct + ((nint)channel * output.PlaneStride);
            var source = results + ((nint)channel * tiles.PlaneStride);
            if (!tiles.IsFlat) Pointwise.Copy(source, target, new PlaneRows(rows, width, tiles.Pitch, width));
            AddMoments(memory, chunk, first + channel, tiles.IsFlat && !inPlace ? source : target, rows * width);
            if (tiles.IsFlat && !inPlace) output.Store(source, target, rows * width);
        }
    }

    /// <summary>A strip of rows after another: loaded, computed, looked at, brought home. Meanwhile the next one is fetched.</summary>
    private void RunDepthwise(float* memory, int chunk, int image, int channel, Band band, float* input, float* results, float* target)
    {
        var (width, pitch, loaded) = (tiles.Output.Width, tiles.Pitch, band.Start - 1);
        new Span<float>(input - tiles.Lead, tiles.Lead).Clear();
        fixed (float* weights = layer.Forward)
        {
            var call = new DepthwiseRowsCall
            {
                Input = input - 1,
                InputPitch = pitch,
                Weights = weights + ((nint)channel * layer.Taps),
                Bias = layer.Bias[channel],
                Output = results,
                OutputPitch = width,
                Columns = width,
            };
            for (var y = band.Start; y < band.End; y += call.Rows)
            {
                call.Rows = tiles.DepthwiseStrip(band.End - y);
                var end = y + call.Rows + 1;
                call.Ahead = _input.LoadRows(memory, image, channel, loaded, end, input + ((nint)(loaded + 1 - band.Start) * pitch));
                loaded = end;
                DepthwiseRows.Run(Context.Level, in call);
                var count = call.Rows * width;
                AddMoments(memory, chunk, channel, results, count);
                output.Store(results, target, count);
                call.Input += (nint)call.Rows * pitch;
                target += count;
            }
        }
    }

    private void AddMoments(float* memory, int chunk, int channel, float* values, int count)
    {
        if (Moments is not null) MomentsOf(memory, chunk)[channel].Merge(Reductions.Moments(Context.Level, values, count));
    }

    /// <summary>What the next task reads.</summary>
    private ReadAhead Next(float* memory, int task, float* room)
    {
        if (task + 1 == Tasks) return default;
        var (image, group, band) = tiles.Task(task + 1);
        var ahead = new ReadAhead(room, (band.End - band.Start) * tiles.Geometry.Stride * tiles.Input.Width);
        _input.Announce(ref ahead, memory, image, group, band.Start * tiles.Geometry.Stride * tiles.Input.Width);
        return ahead;
    }

    private Moments* MomentsOf(float* memory, int chunk) => (Moments*)(memory + Moments!.Offset) + ((nint)chunk * output.Channels);
}
