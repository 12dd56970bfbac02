using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Elementwise;

/// <summary>S3FD's max-out: the greatest of all channels but the last, and the last.</summary>
internal sealed unsafe class MaxOutForwardStep(string name, EngineContext context, StoredMap output, ViewSource[] sources) : TrainingStep(name, context)
{
    private readonly PlanBuffer _output = output.Raw;

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. sources.SelectMany(s => s.Buffers).Distinct()];

    public override long ScratchFloats => (long)sources.Length * MaxOutScratch.Stride(output);

    protected override int Tasks => output.Batch;

    /// <summary>One image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        MaxOutScratch.Load(Context, sources, output, memory, task, scratch);
        var stride = MaxOutScratch.Stride(output);
        var background = output.Plane(memory, _output, task, 0);
        var face = output.Plane(memory, _output, task, 1);
        for (var p = 0; p < output.Positions; p++)
        {
            background[p] = scratch[((nint)MaxOutScratch.Winner(scratch + p, sources.Length, stride) * stride) + p];
            face[p] = scratch[((nint)(sources.Length - 1) * stride) + p];
        }
    }
}

/// <summary>The gradient of a max-out: goes to the channel that won, the first one where several did.</summary>
internal sealed unsafe class MaxOutBackwardStep(string name, EngineContext context, StoredMap output, ViewSource[] sources, GradientTarget?[] targets)
    : TrainingStep(name, context)
{
    private readonly GradientSource _gradient = new(context, output);

    public override IEnumerable<PlanBuffer> Buffers =>
    [
        .. _gradient.Buffers,
        .. sources.SelectMany(s => s.Buffers).Distinct(),
        .. targets.Where(t => t is not null).Select(t => t!.Value.Buffer).Distinct(),
    ];

    public override long ScratchFloats => (long)(sources.Length + 2) * MaxOutScratch.Stride(output);

    protected override int Tasks => output.Batch;

    /// <summary>One image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        MaxOutScratch.Load(Context, sources, output, memory, task, scratch);
        var stride = MaxOutScratch.Stride(output);
        var background = scratch + ((nint)sources.Length * stride);
        var face = background + stride;
        _gradient.Load(memory, task, 0, 0, output.Positions, background);
        _gradient.Load(memory, task, 1, 0, output.Positions, face);
        for (var c = 0; c < targets.Length; c++)
        {
            if (targets[c] is not { } target) continue;
            var plane = target.Plane(memory, task);
            for (var p = 0; p < output.Positions; p++)
            {
                var gradient = c == sources.Length - 1 ? face[p] : MaxOutScratch.Winner(scratch + p, sources.Length, stride) == c ? background[p] : 0;
                plane[p] = target.Accumulates ? plane[p] + gradient : gradient;
            }
        }
    }
}

/// <summary>The channels of a max-out in scratch memory.</summary>
internal static unsafe class MaxOutScratch
{
    /// <summary>Floats from one channel to the next.</summary>
    public static int Stride(StoredMap output) => output.PlaneStride + 64;

    /// <summary>Loads all channels of an image.</summary>
    public static void Load(EngineContext context, ViewSource[] sources, StoredMap output, float* memory, int image, float* scratch)
    {
        foreach (var source in sources)
        {
            var view = source.View.Coefficients(memory, context.Parameters.Values, source.Channel);
            Pointwise.Apply(context.Level, source.Plane(memory, image), scratch, PlaneRows.Line(output.Positions), view);
            scratch += Stride(output);
        }
    }

    /// <summary>The first of the greatest background channels at a position.</summary>
    public static int Winner(float* position, int channels, int stride)
    {
        var winner = 0;
        for (var c = 1; c < channels - 1; c++)
        {
            if (position[(nint)c * stride] > position[(nint)winner * stride]) winner = c;
        }

        return winner;
    }
}
