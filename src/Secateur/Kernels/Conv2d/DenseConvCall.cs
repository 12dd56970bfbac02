namespace Secateur.Kernels.Conv2d;

/// <summary>
/// What <see cref="DenseConv"/> computes for one block of B output channels:
/// y[b, p] = OwnFactor * act(start[b, p] + sum over k of Weights[k, b] * Input[Offsets[k] + p]) + AddendFactor * addend[b, p].
/// </summary>
internal unsafe struct DenseConvCall
{
    /// <summary>Position 0 of the first input channel.</summary>
    public float* Input;

    /// <summary>For each tap (input channel and kernel place) its distance from <see cref="Input"/>, [K].</summary>
    public int* Offsets;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>[K, B].</summary>
    public float* Weights;

    /// <summary>[B]; what the sums start from, unless <see cref="BorderStart"/> is set.</summary>
    public float* Bias;

    /// <summary>[B, StoredRows * Pitch + slack]: starts that differ at the borders; null for none.</summary>
    public float* BorderStart;

    /// <summary>Floats from one channel of <see cref="BorderStart"/> to the next.</summary>
    public int BorderStride;

    /// <summary>Which rows <see cref="BorderStart"/> stores.</summary>
    public BorderRows Border;

    /// <summary>Memory that <see cref="Outputs"/> and <see cref="Addends"/> are distances into.</summary>
    public float* Memory;

    /// <summary>Position 0 of each output channel, [B].</summary>
    public nint* Outputs;

    /// <summary>Position 0 of what is added to each output channel, [B]; null for nothing.</summary>
    public nint* Addends;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Factor of the activated sum; used with <see cref="Addends"/> only.</summary>
    public float OwnFactor;

    /// <summary>Factor of the addend.</summary>
    public float AddendFactor;
}
