using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Binding;

/// <summary>Brings the images into the workspace.</summary>
internal sealed unsafe class InputStep(EngineContext context, BatchInput input, StoredMap map) : TrainingStep(map.Name, context)
{
    private readonly PlanBuffer _raw = map.Raw;

    public override IEnumerable<PlanBuffer> Buffers => [_raw];

    protected override int Tasks => map.Batch;

    /// <summary>One image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task) =>
        input.CopyTo(task, map.Plane(memory, _raw, task, 0), map.PlaneStride);
}
