using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>The gradient by the slope of a view's PReLU.</summary>
internal sealed unsafe class SlopeGradientStep(EngineContext context, ViewSumsStep view) : TrainingStep(view.Name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [view.Sums];

    protected override int Tasks => 1;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        double sum = 0;
        for (var c = 0; c < view.View.Map.Channels; c++) sum += view.Total(memory, c).Slope;
        Context.Gradients[view.View.Activation.Slope!.Value] += (float)sum;
    }
}
