using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.MaxOut;

/// <summary>The gradient of a max-out: goes to the channel that won, the first one where several did.</summary>
internal sealed unsafe class MaxOutBackwardStep(string name, EngineContext context, StoredMap output, ViewSource[] sources, GradientTarget?[] targets)
    : TrainingStep(name, context)
{
    private readonly GradientSource _gradient = new(context, output);

    public override IEnumerable<PlanBuffer> Buffers =>
    [
        .. _gradient.Buffers,
        .. sources.Buffers(),
        .. targets.Buffers(),
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
