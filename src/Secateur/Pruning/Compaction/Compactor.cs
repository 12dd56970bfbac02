using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Weights;

namespace Secateur.Pruning.Compaction;

/// <summary>
/// Makes a model with zero filters really smaller, exactly: the result computes the same for every image of every size, up to float
/// rounding. A zero filter's channel is no zero channel: after batch norm it is a constant, which the next padded convolution turns into a
/// pattern along the borders. Constants go into biases, patterns into nodes that follow from <see cref="OnesNode"/> alone and so cost nothing
/// per image; channels that depend on nothing, or that nothing depends on, are gone.
/// </summary>
public static class Compactor
{
    /// <summary>Compacts a model; the zeros in its weights decide, no mask is needed.</summary>
    public static Model Compact(Model model)
    {
        var compacted = ModelPasses.Compaction.Run(model);
        var before = NetworkCosts.CountParameters(model.Network);
        var after = NetworkCosts.CountParameters(compacted.Network);
        var info = model.Info.WithStep($"compacted from {before} to {after} parameters") with { KeptFilters = Original(model, compacted.Info.KeptFilters) };
        return compacted.With(info);
    }

    /// <summary>Indices of the model that was trained, also when this one had been compacted before; layers that are gone keep none.</summary>
    private static ImmutableSortedDictionary<string, ImmutableArray<int>> Original(
        Model model, ImmutableSortedDictionary<string, ImmutableArray<int>> kept)
    {
        var earlier = model.Info.KeptFilters;
        var isFixed = FixedNodes.Find(model.Network);
        var layers = model.Network.Nodes.Where((n, v) => !isFixed[v]).OfType<Conv2dNode>().Select(c => c.Layer);
        var gone = layers.Concat(earlier.Keys).Distinct().Where(l => !kept.ContainsKey(l));
        return kept
            .ToImmutableSortedDictionary(
                k => k.Key,
                k => earlier.TryGetValue(k.Key, out var original) ? [.. k.Value.Select(i => original[i])] : k.Value,
                StringComparer.Ordinal)
            .AddRange(gone.Select(l => KeyValuePair.Create(l, ImmutableArray<int>.Empty)));
    }
}
