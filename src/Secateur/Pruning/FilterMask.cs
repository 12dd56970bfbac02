using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Pruning;

/// <summary>Which filters of which layers are pruned. A layer that several nodes share is in it once.</summary>
public sealed class FilterMask
{
    /// <summary>A mask from layer names (<see cref="Conv2dNode.Layer"/>) and filter indices in any order.</summary>
    /// <exception cref="ArgumentException">A layer is named twice.</exception>
    public FilterMask(IEnumerable<KeyValuePair<string, ImmutableArray<int>>> pruned) =>
        Pruned = pruned.ToImmutableSortedDictionary(
            p => p.Key, p => p.Value.Distinct().Order().ToImmutableArray(), StringComparer.Ordinal);

    /// <summary>For each layer the indices of its pruned filters, ascending.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<int>> Pruned { get; }

    /// <summary>The filters of the prunable layers that are zero already: all weights and, where the layer has one, the bias.</summary>
    public static FilterMask FromZeros(Model model) =>
        new(FilterGroup.Of(model).Select(g => KeyValuePair.Create(g.Layer.Layer, Enumerable.Range(0, g.Filters).Where(g.IsZero).ToImmutableArray())));

    /// <summary>The model with the weights and the biases of the pruned filters zero. All other tensors are shared with the original.</summary>
    /// <exception cref="ArgumentException">The model has no such layer, or the layer no such filter.</exception>
    public Model Apply(Model model)
    {
        var weights = model.Weights.ToDictionary();
        foreach (var pieces in ElementsIn(model.Network).ToLookup(e => e.Parameter))
        {
            var masked = model.Weights[pieces.Key].Clone();
            foreach (var (_, start, length) in pieces) masked.Data.AsSpan(start, length).Clear();
            weights[pieces.Key] = masked;
        }

        return new Model(model.Network, weights, model.Info);
    }

    /// <summary>The elements of a network's parameters that it covers: the weights and the biases of the pruned filters, each once.</summary>
    /// <exception cref="ArgumentException">The network has no such layer, or the layer no such filter.</exception>
    internal IEnumerable<(string Parameter, int Start, int Length)> ElementsIn(Network network)
    {
        var layers = network.Nodes.OfType<Conv2dNode>().ToLookup(c => c.Layer);
        foreach (var (layer, filters) in Pruned)
        {
            if (!layers.Contains(layer)) throw new ArgumentException($"{network.Architecture} has no convolution '{layer}'");
            foreach (var spec in layers[layer].SelectMany(c => c.Parameters).Distinct().Select(network.Parameter))
            {
                var count = spec.Shape[0];
                if (!filters.IsEmpty && (filters[0] < 0 || filters[^1] >= count))
                    throw new ArgumentException($"'{layer}' has {count} filters; the mask prunes [{string.Join(", ", filters)}]");
                var size = spec.Count / count;
                foreach (var filter in filters) yield return (spec.Name, filter * size, size);
            }
        }
    }
}
