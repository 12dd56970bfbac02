namespace Secateur.Kernels.Conv2d;

/// <summary>
/// What <see cref="DenseConv"/> computes for blocks of B of the O output channels of a convolution, from First on:
/// y[o, p] = OwnFactor * act(start[o, p] + sum over k of weight[o, k] * Input[Offsets[k] + p]) + AddendFactor * addend[o, p].
/// </summary>
internal unsafe struct DenseConvCall
{
    /// <summary>The block's first output channel.</summary>
    public int First;

    /// <summary>Position 0 of the first input channel.</summary>
    public float* Input;

    /// <summary>For each tap (input channel and kernel place) its distance from <see cref="Input"/>, [K].</summary>
    public int* Offsets;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>A block after another, each [K, B]: the first block's.</summary>
    public float* Weights;

    /// <summary>[O]; what the sums start from, unless <see cref="BorderStart"/> is set.</summary>
    public float* Bias;

    /// <summary>[O, StoredRows * Pitch + slack]: starts that differ at the borders; null for none.</summary>
    public float* BorderStart;

    /// <summary>Floats from one channel of <see cref="BorderStart"/> to the next.</summary>
    public int BorderStride;

    /// <summary>Which rows <see cref="BorderStart"/> stores.</summary>
    public BorderRows Border;

    /// <summary>Memory that <see cref="Outputs"/> and <see cref="Addends"/> are distances into.</summary>
    public float* Memory;

    /// <summary>Position 0 of each output channel, [O].</summary>
    public nint* Outputs;

    /// <summary>Position 0 of what is added to each output channel, [O]; null for nothing.</summary>
    public nint* Addends;

    /// <summary>Blocks of as many channels to compute after the first one.</summary>
    public int MoreBlocks;

    /// <summary>Runs of positions to compute after the first one.</summary>
    public MoreRuns MoreRuns;

    /// <summary>Whether outputs and addends are fetched before their sums are computed: a store waits for its line.</summary>
    public bool FetchesOutputs;

    /// <summary>What is fetched meanwhile.</summary>
    public FetchAhead Ahead;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Factor of the activated sum; used with <see cref="Addends"/> only.</summary>
    public float OwnFactor;

    /// <summary>Factor of the addend.</summary>
    public float AddendFactor;
}

/// <summary>Runs of positions like a first one, such as the other rows of a tile.</summary>
/// <param name="Count">How many.</param>
/// <param name="Pitch">Positions from one to the next.</param>
/// <param name="InputPitch">Floats from the input of one to that of the next.</param>
/// <param name="InPairs">
/// Whether two runs go together, the first one and these: a vector of one and the same vector of the next, where two vectors of a short run would be
/// half wasted. The count must be odd.
/// </param>
internal readonly record struct MoreRuns(int Count, int Pitch, int InputPitch, bool InPairs = false);

/// <summary>
/// What a kernel fetches while it computes: with each tap one cache line, because memory answers lines that are asked for one at a time best.
/// </summary>
internal unsafe struct FetchAhead
{
    /// <summary>Where to start for the first position of the first run of the first block; null for nothing.</summary>
    public float* Start;

    /// <summary>For each tap the distance of what is fetched with it, [K].</summary>
    public int* Offsets;

    /// <summary>Floats from one run to the next; of two that go together, only what belongs to the first is fetched.</summary>
    public int RunStep;

    /// <summary>Floats from one block to the next.</summary>
    public int BlockStep;
}
