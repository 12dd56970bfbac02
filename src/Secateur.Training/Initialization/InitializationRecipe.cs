using Secateur.Graph;

namespace Secateur.Training.Initialization;

/// <summary>What the published detectors' fresh weights differ in; see <see cref="Initializer"/> for what they share.</summary>
/// <param name="Convolutions">How the backbone's convolution weights are drawn.</param>
/// <param name="NormGamma">The scale that batch norms start with.</param>
public sealed record InitializationRecipe(ConvDistribution Convolutions, double NormGamma)
{
    /// <summary>EXTD without a pretrained base (arXiv 1906.06579).</summary>
    public static InitializationRecipe Extd { get; } = new(ConvDistribution.XavierUniform, 1);

    /// <summary>EResFD (arXiv 2204.01209).</summary>
    public static InitializationRecipe EResFd { get; } = new(ConvDistribution.FanOutNormal, 0.5);

    /// <summary>EResFD as its training code starts a fresh base.</summary>
    public static InitializationRecipe EResFdSmall { get; } = EResFd with { Convolutions = ConvDistribution.SmallNormal };

    /// <summary>For networks of no paper: keeps the variance of gradients from layer to layer.</summary>
    public static InitializationRecipe General { get; } = new(ConvDistribution.FanOutNormal, 1);

    /// <summary>The recipe of a network's architecture.</summary>
    public static InitializationRecipe For(Network network) => network.Architecture switch
    {
        "eresfd" => EResFd,
        "extd64" or "extd48" or "extd32" => Extd,
        _ => General,
    };
}
