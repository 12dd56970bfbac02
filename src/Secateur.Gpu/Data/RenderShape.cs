namespace Secateur.Gpu.Data;

/// <summary>What is the same for all samples.</summary>
internal struct RenderShape
{
    /// <summary>Width and height of the samples in pixels.</summary>
    public int Side;

    /// <summary>The colour outside of the pictures, packed as the pixels are.</summary>
    public uint Fill;

    public float MeanRed;
    public float MeanGreen;
    public float MeanBlue;

    /// <summary>The plane of red, and 2 less it that of blue.</summary>
    public int RedPlane;

    /// <summary>0, which no compiler can know; see <see cref="Exact"/>.</summary>
    public uint Zero;
}
