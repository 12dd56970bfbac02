using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>Which channels a grouped convolution connects, and where their weights lie in [O, I / groups, K, K].</summary>
internal readonly record struct ConvChannels
{
    private readonly int _kernel;

    public ConvChannels(int weights, int inputs, ConvGeometry geometry)
    {
        _kernel = geometry.Kernel;
        PerGroup = inputs / geometry.Groups;
        Outputs = weights / (PerGroup * _kernel * _kernel);
        OutputsPerGroup = Outputs / geometry.Groups;
    }

    /// <summary>O.</summary>
    public int Outputs { get; }

    /// <summary>I / groups.</summary>
    public int PerGroup { get; }

    /// <summary>O / groups.</summary>
    public int OutputsPerGroup { get; }

    /// <summary>The input channel that weight [<paramref name="o"/>, <paramref name="i"/>] reads.</summary>
    public int InputOf(int o, int i) => (o / OutputsPerGroup * PerGroup) + i;

    /// <summary>The index of weight [<paramref name="o"/>, <paramref name="i"/>, <paramref name="ky"/>, <paramref name="kx"/>].</summary>
    public int WeightIndex(int o, int i, int ky, int kx) => (((((o * PerGroup) + i) * _kernel) + ky) * _kernel) + kx;
}
