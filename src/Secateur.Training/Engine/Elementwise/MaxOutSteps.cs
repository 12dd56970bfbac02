using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        MaxOutScratch.Greatest(scratch, sources.Length, stride, background, output.Positions);
        new ReadOnlySpan<float>(scratch + ((nint)(sources.Length - 1) * stride), output.Positions).CopyTo(new Span<float>(face, output.Positions));
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

    public override long ScratchFloats => (long)(sources.Length + 3) * MaxOutScratch.Stride(output);

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
            var gradient = face;
            if (c < targets.Length - 1)
            {
                MaxOutScratch.Select(scratch, sources.Length, stride, c, background, face + stride, output.Positions);
                gradient = face + stride;
            }

            Pointwise.Add(Context.Level, gradient, target.Plane(memory, task), output.Positions, target.Accumulates);
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

    /// <summary>result = the greatest of all channels but the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Greatest(float* scratch, int channels, int stride, float* result, int count)
    {
        var p = 0;
        for (; p + Vector256<float>.Count <= count; p += Vector256<float>.Count)
        {
            var greatest = Vector256.Load(scratch + p);
            for (var c = 1; c < channels - 1; c++)
            {
                var value = Vector256.Load(scratch + ((nint)c * stride) + p);
                greatest = Vector256.ConditionalSelect(Vector256.GreaterThan(value, greatest), value, greatest);
            }

            greatest.Store(result + p);
        }

        for (; p < count; p++)
        {
            var greatest = scratch[p];
            for (var c = 1; c < channels - 1; c++)
            {
                var value = scratch[((nint)c * stride) + p];
                greatest = value > greatest ? value : greatest;
            }

            result[p] = greatest;
        }
    }

    /// <summary>result = gradient where a channel is the first of the greatest, else 0; whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float* scratch, int channels, int stride, int channel, float* gradient, float* result, int count)
    {
        for (var p = 0; p < count; p += Vector256<float>.Count)
        {
            var value = Vector256.Load(scratch + ((nint)channel * stride) + p);
            var lost = Vector256<float>.Zero;
            for (var c = 0; c < channels - 1; c++)
            {
                var other = Vector256.Load(scratch + ((nint)c * stride) + p);
                if (c < channel) lost |= Vector256.GreaterThanOrEqual(other, value);
                else if (c > channel) lost |= Vector256.GreaterThan(other, value);
            }

            Vector256.AndNot(Vector256.Load(gradient + p), lost).Store(result + p);
        }
    }
}
