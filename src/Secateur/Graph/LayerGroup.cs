using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>Layers that are pruned at one rate.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Patterns">Which layers: names in which <c>*</c> stands for any characters; case matters.</param>
public sealed record LayerGroup(string Name, ImmutableArray<string> Patterns)
{
    /// <summary>Whether a layer is of the group.</summary>
    public bool Holds(string layer) => Patterns.Any(pattern => LayerPattern.Matches(pattern, layer));

    /// <summary>Checks groups against a network.</summary>
    /// <exception cref="ArgumentException">Two have one name, a pattern matches no prunable layer, or a layer is in two groups.</exception>
    public static void Check(ImmutableArray<LayerGroup> groups, Network network)
    {
        var layers = network.PrunableLayers().Select(l => l.Layer).ToList();
        if (groups.CountBy(g => g.Name).FirstOrDefault(g => g.Value > 1) is { Key: { } twice }) throw new ArgumentException($"two layer groups are called '{twice}'");
        foreach (var group in groups)
        {
            if (group.Patterns.FirstOrDefault(p => !layers.Exists(l => LayerPattern.Matches(p, l))) is { } pattern)
                throw new ArgumentException($"layer group {group.Name}: no prunable layer of {network.Architecture} is called '{pattern}'");
        }

        foreach (var layer in layers)
        {
            if (groups.Where(g => g.Holds(layer)).ToList() is [var first, var second, ..])
                throw new ArgumentException($"the layer {layer} is in the groups {first.Name} and {second.Name}");
        }
    }
}
