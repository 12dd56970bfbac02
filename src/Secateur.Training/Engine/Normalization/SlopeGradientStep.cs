using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>The gradient by the slope of a view's PReLU.</summary>
internal sealed unsafe class SlopeGradientStep(EngineContext context, ViewSums sums) : TrainingStep(sums.View.Map.Name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [sums.Buffer];

    protected override int Tasks => 1;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        double sum = 0;
        for (var c = 0; c < sums.View.Map.Channels; c++) sum += sums.Total(memory, c).Slope;
        Context.Gradients[sums.View.Activation.Slope!.Value] += (float)sum;
    }
}
