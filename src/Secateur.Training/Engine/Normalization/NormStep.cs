using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Normalization;

/// <summary>Batch statistics from the chunks' moments, the coefficients of the norm, and the running statistics (momentum 0.1, unbiased variance).</summary>
internal sealed unsafe class NormStep(EngineContext context, NormPass norm, PlanBuffer moments) : TrainingStep(norm.Node.Name, context)
{
    private const double Momentum = 0.1;

    private readonly int _gamma = context.Parameters.RangeOf(norm.Node.Gamma).Start.Value;
    private readonly int _beta = context.Parameters.RangeOf(norm.Node.Beta).Start.Value;
    private readonly float[] _runningMean = context.Statistics[norm.Node.Mean];
    private readonly float[] _runningVariance = context.Statistics[norm.Node.Variance];

    public override IEnumerable<PlanBuffer> Buffers => [moments, norm.Numbers];

    protected override int Tasks => norm.Map.Channels;

    /// <summary>One channel.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var total = default(Moments);
        var parts = (Moments*)(memory + moments.Offset) + task;
        for (var c = 0; c < Context.Chunks; c++) total.Merge(parts[(nint)c * norm.Map.Channels]);

        var variance = total.SquaredDeviations / total.Count;
        var inverse = 1 / Math.Sqrt(variance + norm.Node.Epsilon);
        var (gamma, beta) = (Context.Parameters.Values[_gamma + task], Context.Parameters.Values[_beta + task]);
        norm.Scale(memory)[task] = (float)(gamma * inverse);
        norm.Shift(memory)[task] = (float)(beta - (gamma * inverse * (total.Mean - (float)total.Mean)));
        norm.Mean(memory)[task] = (float)total.Mean;
        norm.InverseDeviation(memory)[task] = (float)inverse;
        _runningMean[task] = (float)(((1 - Momentum) * _runningMean[task]) + (Momentum * total.Mean));
        _runningVariance[task] = (float)(((1 - Momentum) * _runningVariance[task]) + (Momentum * total.SquaredDeviations / (total.Count - 1)));
    }
}
