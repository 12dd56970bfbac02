using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Binding;

/// <summary>Brings the gradient by a result into the workspace.</summary>
internal sealed unsafe class ResultGradientStep : TrainingStep
{
    private readonly ResultBinding _binding;
    private readonly int _positions;
    private readonly GradientTarget?[] _targets;

    public ResultGradientStep(EngineContext context, ResultBinding binding, ChannelRef[] channels)
        : base(channels[0].View.Map.Name, context)
    {
        (_binding, _positions) = (binding, channels[0].View.Map.Positions);
        _targets = [.. channels.Select(GradientTarget.For)];
    }

    public override IEnumerable<PlanBuffer> Buffers => _targets.Buffers();

    protected override int Tasks => Context.Batch;

    /// <summary>One image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        for (var c = 0; c < _targets.Length; c++)
        {
            if (_targets[c] is not { } target) continue;
            var plane = target.Plane(memory, task);
            var at = _binding.IndexOf(task, c);
            for (var p = 0; p < _positions; p++, at += _binding.PixelStride)
                plane[p] = target.Accumulates ? plane[p] + _binding.Gradients[at] : _binding.Gradients[at];
        }
    }
}
