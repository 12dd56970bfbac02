namespace Secateur.Kernels.Conv2d;

/// <summary>
/// What <see cref="WinogradConv"/> computes for one band of B output channels:
/// y[b, r, x] = OwnFactor * act(start[b, r, x] + sum[b, r, x]) + AddendFactor * addend[b, r, x], where sum are the rows that the following products
/// stand for: product[b, e, x] = sum over k of Factors[k, e, b] * Values[Offsets[k] + e * PointStride + x].
/// </summary>
internal unsafe struct WinogradCall
{
    /// <summary>The band's row at the first point of the first input channel.</summary>
    public float* Values;

    /// <summary>Floats from a point's row to the next point's.</summary>
    public nint PointStride;

    /// <summary>For each tap (input channel and kernel column) its distance from <see cref="Values"/>, [K].</summary>
    public int* Offsets;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>[K, <see cref="WinogradPoints.Inputs"/>, B].</summary>
    public float* Factors;

    /// <summary>Room for the sums at half of the points, [B, 3, <see cref="PointStride"/>].</summary>
    public float* Sums;

    /// <summary>Rows to compute, at most <see cref="WinogradPoints.Outputs"/>.</summary>
    public int Rows;

    /// <summary>Columns to compute.</summary>
    public int Columns;

    /// <summary>[B]; what the sums start from, unless <see cref="BorderStart"/> is set.</summary>
    public float* Bias;

    /// <summary>Starts that differ at the borders, of the first channel and column; null for none.</summary>
    public float* BorderStart;

    /// <summary>Floats from one channel of <see cref="BorderStart"/> to the next.</summary>
    public int BorderStride;

    /// <summary>The distance of each row from <see cref="BorderStart"/>, [Rows].</summary>
    public int* BorderRows;

    /// <summary>Memory that <see cref="Outputs"/> and <see cref="Addends"/> are distances into, moved on by the band's first position.</summary>
    public float* Memory;

    /// <summary>Position 0 of each output channel, [B].</summary>
    public nint* Outputs;

    /// <summary>Position 0 of what is added to each output channel, [B]; null for nothing.</summary>
    public nint* Addends;

    /// <summary>Floats from one row of outputs and addends to the next.</summary>
    public int Pitch;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Factor of the activated sum; used with <see cref="Addends"/> only.</summary>
    public float OwnFactor;

    /// <summary>Factor of the addend.</summary>
    public float AddendFactor;
}
