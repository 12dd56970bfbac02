using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Binding;

/// <summary>Brings the images into the workspace.</summary>
internal sealed unsafe class InputStep(EngineContext context, BatchInput input, StoredMap map) : TrainingStep(map.Name, context)
{
    private readonly PlanBuffer _raw = map.Raw;

    public override IEnumerable<PlanBuffer> Buffers => [_raw];

    protected override int Tasks => map.Batch * map.Channels;

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, channel) = (task / map.Channels, task % map.Channels);
        input.CopyChannel(image, channel, new Span<float>(map.Plane(memory, _raw, image, channel), map.Positions));
    }
}
