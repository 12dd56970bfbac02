using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>The gradient by the slope, or the slopes, of a view's PReLU.</summary>
internal sealed unsafe class SlopeGradientStep(EngineContext context, ViewSums sums) : TrainingStep(sums.View.Map.Name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [sums.Buffer];

    protected override int Tasks => 1;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (at, channels) = (sums.View.Activation.Slope!.Value, sums.View.Map.Channels);
        if (sums.View.Activation.IsByChannel)
        {
            for (var c = 0; c < channels; c++) Context.Gradients[at + c] += (float)sums.Total(memory, c).Slope;
            return;
        }

        double sum = 0;
        for (var c = 0; c < channels; c++) sum += sums.Total(memory, c).Slope;
        Context.Gradients[at] += (float)sum;
    }
}
