using System.Numerics;

namespace Secateur.Training.Optimization;

/// <summary>Stochastic gradient descent with momentum: v = mu v + (g + wd w); w = w - lr v (PyTorch's form, without damping).</summary>
public sealed class SgdOptimizer : Optimizer
{
    /// <summary>What is left of the velocity from step to step, unless another value is asked for.</summary>
    internal const double DefaultMomentum = 0.9;

    /// <summary>PyTorch's name of the velocity.</summary>
    internal const string Velocity = "momentum_buffer";

    private readonly float _momentum;

    /// <summary>Starts with a velocity of zero; the defaults are EXTD's.</summary>
    /// <param name="parameters">What is moved.</param>
    /// <param name="momentum">What is left of the velocity from step to step, in [0, 1).</param>
    /// <param name="weightDecay">What of a weight is added to its gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public SgdOptimizer(ParameterVector parameters, double momentum = DefaultMomentum, double weightDecay = 5e-4)
        : base(parameters, weightDecay, Velocity)
    {
        if (momentum is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "expected from 0 to below 1");
        _momentum = (float)momentum;
    }

    /// <inheritdoc/>
    private protected override void Update(Span<float> weights, ReadOnlySpan<float> gradients, double learningRate)
    {
        var velocity = State[Velocity].AsSpan();
        var rate = (float)learningRate;
        for (var i = 0; i < weights.Length; i += Vector<float>.Count)
        {
            var w = VectorBlock.Load(weights, i);
            var v = (VectorBlock.Load(velocity, i) * _momentum) + (VectorBlock.Load(gradients, i) + (w * WeightDecay));
            VectorBlock.Store(v, velocity, i);
            VectorBlock.Store(w - (v * rate), weights, i);
        }
    }
}
