using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>Takes the sums over a view's gradient.</summary>
internal sealed unsafe class ViewSumsStep(EngineContext context, ViewSums sums) : TrainingStep(sums.View.Map.Name, context)
{
    private readonly StoredMap _map = sums.View.Map;

    public override IEnumerable<PlanBuffer> Buffers => sums.Buffers;

    protected override int Tasks => _map.Batch * _map.Channels;

    protected override void StartChunk(float* memory, int chunk) => sums.Clear(memory, chunk);

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task) =>
        sums.Add(memory, chunk, task / _map.Channels, task % _map.Channels, 0, _map.Positions);
}
