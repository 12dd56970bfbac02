using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Normalization;

/// <summary>
/// The gradients by gamma and beta, and what a batch norm's gradient by its input needs beside the direct path:
/// dx = gamma / std * (dz - mean(dz) - xhat * mean(dz * xhat)). With frozen statistics the direct path is all: dx = gamma / std * dz.
/// </summary>
internal sealed unsafe class NormGradientStep(EngineContext context, NormPass norm, ViewSums[] views) : TrainingStep(norm.Node.Name, context)
{
    private readonly int _gamma = context.Parameters.RangeOf(norm.Node.Gamma).Start.Value;
    private readonly int _beta = context.Parameters.RangeOf(norm.Node.Beta).Start.Value;

    public override IEnumerable<PlanBuffer> Buffers => [norm.Numbers, .. views.Select(v => v.Buffer)];

    protected override int Tasks => norm.Map.Channels;

    /// <summary>One channel.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var total = default(GradientSums);
        foreach (var view in views) total.Add(view.Total(memory, task));
        double scale = norm.Scale(memory)[task], inverse = norm.InverseDeviation(memory)[task];
        var count = (double)Context.WholeBatch * norm.Map.Positions;
        Context.Gradients[_beta + task] += (float)total.Gradient;
        Context.Gradients[_gamma + task] += (float)(total.GradientByDeviation * inverse);
        norm.GradientSlope(memory)[task] = Context.FrozenNorms ? 0 : (float)(-scale * inverse * inverse * total.GradientByDeviation / count);
        norm.GradientShift(memory)[task] = Context.FrozenNorms ? 0 : (float)(-scale * total.Gradient / count);
    }
}
