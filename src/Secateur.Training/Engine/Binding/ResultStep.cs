using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Binding;

/// <summary>Brings a result out of the workspace.</summary>
internal sealed unsafe class ResultStep(EngineContext context, ResultBinding binding, ChannelRef[] channels)
    : TrainingStep(channels[0].View.Map.Name, context)
{
    private readonly ViewSource[] _sources = [.. channels.Select(c => new ViewSource(c))];

    public override IEnumerable<PlanBuffer> Buffers => _sources.Buffers();

    public override long ScratchFloats => channels[0].View.Map.Positions + 64L;

    protected override int Tasks => Context.Batch;

    /// <summary>One image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        for (var c = 0; c < _sources.Length; c++)
        {
            var positions = _sources[c].View.Map.Positions;
            var view = _sources[c].View.Coefficients(memory, Context.Parameters.Values, _sources[c].Channel);
            Pointwise.Apply(Context.Level, _sources[c].Plane(memory, task), scratch, PlaneRows.Line(positions), view);
            var at = binding.IndexOf(task, c);
            for (var p = 0; p < positions; p++, at += binding.PixelStride) binding.Values[at] = scratch[p];
        }
    }
}
