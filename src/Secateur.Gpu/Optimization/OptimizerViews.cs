using ILGPU;

namespace Secateur.Gpu.Optimization;

/// <summary>What the kernels of the optimisers share. All of it stays where it is from step to step, so that launches can be recorded.</summary>
internal struct OptimizerViews
{
    /// <summary>Adam's first moment, or the velocity.</summary>
    public ArrayView<float> First;

    /// <summary>Adam's second moment.</summary>
    public ArrayView<float> Second;

    /// <summary>0 where a weight is held at zero, else 1.</summary>
    public ArrayView<byte> Free;

    /// <summary>[1]: the step's scalars.</summary>
    public ArrayView<StepRates> Rates;

    /// <summary>[1]: above 0 where the step made a parameter infinite or no number.</summary>
    public ArrayView<int> Broken;

    /// <summary>What of a weight is added to its gradient.</summary>
    public float WeightDecay;

    /// <summary>What is left of the first moment or the velocity from step to step.</summary>
    public float KeepFirst;

    /// <summary>What of a gradient is added to the first moment.</summary>
    public float AddFirst;

    /// <summary>What is left of the second moment.</summary>
    public float KeepSecond;

    /// <summary>What of a squared gradient is added to the second moment.</summary>
    public float AddSecond;

    /// <summary>Keeps Adam's division away from zero.</summary>
    public float Epsilon;
}
