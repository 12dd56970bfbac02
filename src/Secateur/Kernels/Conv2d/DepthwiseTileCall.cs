namespace Secateur.Kernels.Conv2d;

/// <summary>
/// What <see cref="DepthwiseTile"/> computes: some channels over <see cref="Rows"/> rows and <see cref="DepthwiseTile.Columns"/> columns of outputs.
/// All pointers are to the first channel.
/// </summary>
internal unsafe struct DepthwiseTileCall
{
    /// <summary>Channels.</summary>
    public int Channels;

    /// <summary>Rows of the output; the tile has stride times as many.</summary>
    public int Rows;

    /// <summary>
    /// The rows that are new, [Rows * stride, Columns * stride]. The first one is what the lowest taps of the first output row read (stride 1) or
    /// the middle ones (stride 2), and so with columns.
    /// </summary>
    public float* Tile;

    /// <summary>Floats from one channel to the next.</summary>
    public int TileStride;

    /// <summary>The rows above them, [CarriedRows, Columns * stride]; replaced by the tile's last ones.</summary>
    public float* Carried;

    /// <summary>Floats from one channel to the next.</summary>
    public int CarriedStride;

    /// <summary>
    /// For each of all these rows a vector whose last two floats are those to the left of it, [CarriedRows + Rows * stride, vector]; replaced by the
    /// tile's last ones.
    /// </summary>
    public float* Left;

    /// <summary>Floats from one channel to the next.</summary>
    public int LeftStride;

    /// <summary>[Channels, 3, 3].</summary>
    public float* Weights;

    /// <summary>Where the sums start, [Channels].</summary>
    public float* Bias;

    /// <summary>Slope of the activation below zero.</summary>
    public float Slope;

    /// <summary>[Rows, Columns].</summary>
    public float* Output;

    /// <summary>Floats from one channel to the next.</summary>
    public int OutputStride;
}
