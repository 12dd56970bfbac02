using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>Fills whole planes of a map's buffer with one value.</summary>
internal sealed unsafe class FillStep(string name, EngineContext context, StoredMap map, PlanBuffer buffer, int[] channels, float value)
    : TrainingStep(name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [buffer];

    protected override int Tasks => map.Batch * channels.Length;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task) =>
        new Span<float>(map.Plane(memory, buffer, task / channels.Length, channels[task % channels.Length]), map.Positions).Fill(value);
}
