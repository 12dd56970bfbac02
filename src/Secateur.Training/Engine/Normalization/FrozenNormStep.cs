using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Normalization;

/// <summary>The coefficients of a norm from its running statistics, which stay as they are: what it computes in inference.</summary>
internal sealed unsafe class FrozenNormStep(EngineContext context, NormPass norm) : TrainingStep(norm.Node.Name, context)
{
    private readonly int _gamma = context.Parameters.RangeOf(norm.Node.Gamma).Start.Value;
    private readonly int _beta = context.Parameters.RangeOf(norm.Node.Beta).Start.Value;
    private readonly float[] _mean = context.Statistics[norm.Node.Mean];
    private readonly float[] _variance = context.Statistics[norm.Node.Variance];

    public override IEnumerable<PlanBuffer> Buffers => [norm.Numbers];

    protected override int Tasks => norm.Map.Channels;

    /// <summary>One channel.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var inverse = 1 / Math.Sqrt(_variance[task] + norm.Node.Epsilon);
        norm.Scale(memory)[task] = (float)(Context.Parameters.Values[_gamma + task] * inverse);
        norm.Shift(memory)[task] = Context.Parameters.Values[_beta + task];
        norm.Mean(memory)[task] = _mean[task];
        norm.InverseDeviation(memory)[task] = (float)inverse;
    }
}
