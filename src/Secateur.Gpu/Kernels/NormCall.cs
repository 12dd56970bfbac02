namespace Secateur.Gpu.Kernels;

/// <summary>A batch norm's parameters, statistics and numbers, all of them for channel 0.</summary>
internal struct NormCall
{
    /// <summary>C.</summary>
    public int Channels;

    /// <summary>Chunks of the sums.</summary>
    public int Chunks;

    /// <summary>Views whose sums there are.</summary>
    public int Views;

    /// <summary>Values a channel: N * H * W.</summary>
    public double Count;

    /// <summary>Added to the variance.</summary>
    public double Epsilon;

    /// <summary>Where the first sum is.</summary>
    public long Sums;

    /// <summary>Where gamma is.</summary>
    public long Gamma;

    /// <summary>Where beta is.</summary>
    public long Beta;

    /// <summary>Where the gradient by gamma is.</summary>
    public long GammaGradient;

    /// <summary>Where the gradient by beta is.</summary>
    public long BetaGradient;

    /// <summary>Where the running mean is.</summary>
    public long RunningMean;

    /// <summary>Where the running variance is.</summary>
    public long RunningVariance;

    /// <summary>Where the numbers are, see <see cref="NormNumbers"/>.</summary>
    public long Numbers;
}
