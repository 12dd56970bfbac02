namespace Secateur.Models;

/// <summary>How fresh convolution weights [O, I / groups, K, K] are drawn; fan-in is I / groups * K * K, fan-out O * K * K.</summary>
public enum ConvDistribution
{
    /// <summary>Uniform within +-sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio, AISTATS 2010).</summary>
    XavierUniform,

    /// <summary>Uniform within +-1 / sqrt(fan-in): PyTorch's default, Kaiming uniform with a = sqrt(5).</summary>
    KaimingUniform,

    /// <summary>Normal with standard deviation sqrt(2 / fan-out) (He et al., ICCV 2015, equation 14).</summary>
    FanOutNormal,

    /// <summary>Normal with standard deviation 0.01.</summary>
    SmallNormal,
}
