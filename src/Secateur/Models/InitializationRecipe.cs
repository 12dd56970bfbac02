using System.Collections.Immutable;
using Secateur.Graph;

namespace Secateur.Models;

/// <summary>What the fresh weights of networks differ in: the rest, such as zero biases and the Xavier uniform heads, they share.</summary>
/// <param name="Convolutions">How convolution weights are drawn.</param>
/// <param name="NormGamma">The scale that batch norms start with.</param>
public sealed record InitializationRecipe(ConvDistribution Convolutions, double NormGamma)
{
    /// <summary>Other distributions for the layers that a pattern (with <c>*</c>) names; of several that match, the last holds.</summary>
    public ImmutableArray<(string Pattern, ConvDistribution Distribution)> Exceptions { get; init; } = [];

    /// <summary>How the weights of a layer are drawn.</summary>
    /// <param name="layer">The layer's state_dict name.</param>
    /// <param name="head">The network's head.</param>
    public ConvDistribution DistributionOf(string layer, DetectorHead head)
    {
        var distribution = head.Layers.Contains(layer) ? ConvDistribution.XavierUniform : Convolutions;
        foreach (var (pattern, other) in Exceptions)
        {
            if (LayerPattern.Matches(pattern, layer)) distribution = other;
        }

        return distribution;
    }
}
