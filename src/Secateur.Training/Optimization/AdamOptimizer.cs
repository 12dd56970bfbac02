using System.Numerics;

namespace Secateur.Training.Optimization;

/// <summary>Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) with classic L2 weight decay: the decay is part of the gradient, not AdamW.</summary>
public sealed class AdamOptimizer : Optimizer
{
    /// <summary>What is left of the mean gradient from step to step, unless another value is asked for.</summary>
    internal const double DefaultBeta1 = 0.9;

    /// <summary>What is left of the mean squared gradient, unless another value is asked for.</summary>
    internal const double DefaultBeta2 = 0.999;

    /// <summary>What keeps the division away from zero, unless another value is asked for.</summary>
    internal const double DefaultEpsilon = 1e-8;

    /// <summary>PyTorch's name of the mean gradient.</summary>
    internal const string FirstMoment = "exp_avg";

    /// <summary>PyTorch's name of the mean squared gradient.</summary>
    internal const string SecondMoment = "exp_avg_sq";

    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;

    /// <summary>Starts with moments of zero; the defaults are EResFD's.</summary>
    /// <param name="parameters">What is moved.</param>
    /// <param name="beta1">What is left of the mean gradient from step to step, in [0, 1).</param>
    /// <param name="beta2">What is left of the mean squared gradient, in [0, 1).</param>
    /// <param name="epsilon">Keeps the division away from zero; above 0.</param>
    /// <param name="weightDecay">What of a weight is added to its gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public AdamOptimizer(ParameterVector parameters, double beta1 = DefaultBeta1, double beta2 = DefaultBeta2, double epsilon = DefaultEpsilon, double weightDecay = 5e-4)
        : base(parameters, weightDecay, FirstMoment, SecondMoment)
    {
        if (beta1 is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta1), beta1, "expected from 0 to below 1");
        if (beta2 is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(beta2), beta2, "expected from 0 to below 1");
        if (!(epsilon > 0) || !double.IsFinite(epsilon)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "expected above 0");
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
    }

    /// <inheritdoc/>
    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, double learningRate)
    {
        var mean = State[FirstMoment].AsSpan();
        var square = State[SecondMoment].AsSpan();
        var (keep1, add1, keep2, add2) = ((float)_beta1, (float)(1 - _beta1), (float)_beta2, (float)(1 - _beta2));

        // The moments start at zero; both corrections make up for that.
        var step = (float)(learningRate / (1 - Math.Pow(_beta1, Steps)));
        var root = new Vector<float>((float)Math.Sqrt(1 - Math.Pow(_beta2, Steps)));
        var epsilon = new Vector<float>((float)_epsilon);
        for (var i = 0; i < weights.Length; i += Vector<float>.Count)
        {
            var w = VectorBlock.Load(weights, i);
            var g = VectorBlock.Load(gradients, i) + (w * WeightDecay);
            var m = (VectorBlock.Load(mean, i) * keep1) + (g * add1);
            var v = (VectorBlock.Load(square, i) * keep2) + (g * g * add2);
            VectorBlock.Store(m, mean, i);
            VectorBlock.Store(v, square, i);
            VectorBlock.Store(w - (m * step / ((Vector.SquareRoot(v) / root) + epsilon)), weights, i);
        }
    }
}
