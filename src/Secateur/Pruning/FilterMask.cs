using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
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
        new(model.Network.PrunableLayers().Select(layer =>
        {
            var weight = model.Weights[layer.Weight];
            var bias = layer.Bias is null ? null : model.Weights[layer.Bias];
            var size = weight.Length / weight.Shape[0];
            var zero = Enumerable.Range(0, weight.Shape[0])
                .Where(j => !weight.Data.AsSpan(j * size, size).ContainsAnyExcept(0f) && bias?.Data[j] is null or 0);
            return KeyValuePair.Create(layer.Layer, zero.ToImmutableArray());
        }));

    /// <summary>The model with the weights and the biases of the pruned filters zero. All other tensors are shared with the original.</summary>
    /// <exception cref="ArgumentException">The model has no such layer, or the layer no such filter.</exception>
    public Model Apply(Model model)
    {
        var weights = model.Weights.ToDictionary();
        var layers = model.Network.Nodes.OfType<Conv2dNode>().ToLookup(c => c.Layer);
        foreach (var (layer, filters) in Pruned)
        {
            if (!layers.Contains(layer)) throw new ArgumentException($"{model.Network.Architecture} has no convolution '{layer}'");
            foreach (var name in layers[layer].SelectMany(c => c.Parameters).Distinct())
                weights[name] = Zero(model.Weights[name], filters, layer);
        }

        return new Model(model.Network, weights, model.Info);
    }

    private static Tensor Zero(Tensor tensor, ImmutableArray<int> filters, string layer)
    {
        if (filters.IsEmpty) return tensor;
        var count = tensor.Shape[0];
        if (filters[0] < 0 || filters[^1] >= count)
            throw new ArgumentException($"'{layer}' has {count} filters; the mask prunes [{string.Join(", ", filters)}]");
        var masked = tensor.Clone();
        var size = tensor.Length / count;
        foreach (var filter in filters) masked.Data.AsSpan(filter * size, size).Clear();
        return masked;
    }
}
