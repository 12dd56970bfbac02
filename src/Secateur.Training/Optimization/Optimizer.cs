using System.Collections.Frozen;

namespace Secateur.Training.Optimization;

/// <summary>Moves the parameters against their gradients, in float32 with PyTorch's formulas. Not for several callers at once.</summary>
public abstract class Optimizer
{
    private readonly FrozenDictionary<string, float[]> _state;

    private protected Optimizer(ParameterVector parameters, double weightDecay, params ReadOnlySpan<string> state)
    {
        OptimizerChecks.Rate(weightDecay);
        Parameters = parameters;
        WeightDecay = (float)weightDecay;
        var arrays = new Dictionary<string, float[]>();
        foreach (var name in state) arrays.Add(name, new float[parameters.Values.Length]);
        _state = arrays.ToFrozenDictionary();
    }

    /// <summary>What is moved: <see cref="ParameterVector.Values"/> change in place.</summary>
    public ParameterVector Parameters { get; }

    /// <summary>The steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>
    /// What it remembers between steps, by PyTorch's names; each array is laid out as <see cref="ParameterVector.Values"/>. With
    /// <see cref="Steps"/> and the parameters, all that <see cref="Restore"/> needs to go on bit for bit.
    /// </summary>
    public IReadOnlyDictionary<string, float[]> State => _state;

    /// <summary>
    /// The weights held at zero, or null. Setting it zeroes them and what is remembered of them at once; every step leaves them exactly zero.
    /// </summary>
    public FrozenWeights? Frozen
    {
        get;
        set
        {
            field = value;
            ZeroFrozen();
        }
    }

    /// <summary>What of a weight is added to its gradient (classic L2, not decoupled).</summary>
    private protected float WeightDecay { get; }

    /// <summary>Takes a step.</summary>
    /// <param name="gradients">The loss's gradient, laid out as <see cref="ParameterVector.Values"/>.</param>
    /// <param name="learningRate">The step size.</param>
    /// <exception cref="ArgumentException">There are not as many gradients as parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    public void Step(ReadOnlySpan<float> gradients, double learningRate)
    {
        if (gradients.Length != Parameters.Values.Length)
            throw new ArgumentException($"expected {Parameters.Values.Length} gradients, got {gradients.Length}", nameof(gradients));
        OptimizerChecks.Rate(learningRate);
        Steps++;
        Update(Parameters.Values, gradients, learningRate);
        ZeroFrozen();
    }

    /// <summary>Goes back to a saved state; the parameters are the caller's to restore.</summary>
    /// <param name="steps">The saved <see cref="Steps"/>.</param>
    /// <param name="state">The saved <see cref="State"/>; copied.</param>
    /// <exception cref="ArgumentException">An array is missing, unexpected or of another length: the state of another optimiser or network.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is negative.</exception>
    public void Restore(long steps, IReadOnlyDictionary<string, float[]> state)
    {
        OptimizerChecks.State(steps, state, _state.Keys, Parameters.Values.Length);
        foreach (var (name, values) in state) values.CopyTo(_state[name], 0);
        Steps = steps;
        ZeroFrozen();
    }

    /// <summary>Moves <paramref name="weights"/>; <see cref="Steps"/> counts this step already.</summary>
    private protected abstract void Update(Span<float> weights, ReadOnlySpan<float> gradients, double learningRate);

    // As if the gradient, the decay and all that came before had been zero there.
    private void ZeroFrozen()
    {
        if (Frozen is null) return;
        Frozen.Zero(Parameters.Values);
        foreach (var values in _state.Values) Frozen.Zero(values);
    }
}
