using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.MaxOut;

/// <summary>S3FD's max-out: the greatest of all channels but the last, and the last.</summary>
internal sealed unsafe class MaxOutForwardStep(string name, EngineContext context, StoredMap output, ViewSource[] sources) : TrainingStep(name, context)
{
    private readonly PlanBuffer _output = output.Raw;

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. sources.Buffers()];

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
