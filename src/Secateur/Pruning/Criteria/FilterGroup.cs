using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Lowering;
using Secateur.Weights;

namespace Secateur.Pruning.Criteria;

/// <summary>The filters of one prunable layer in their context: what a <see cref="FilterCriterion"/> scores.</summary>
public sealed class FilterGroup
{
    private FilterGroup(Model model, Conv2dNode layer, IReadOnlyList<IReadOnlyDictionary<string, Tensor>> gradients)
    {
        (Model, Layer, Gradients) = (model, layer, gradients);
        Weight = model.Weights[layer.Weight];
        Bias = layer.Bias is null ? null : model.Weights[layer.Bias];
        var nodes = model.Network.Nodes;
        Norm = nodes.OfType<BatchNormNode>().FirstOrDefault(n => nodes[n.Input] is Conv2dNode conv && conv.Weight == layer.Weight);
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The first node that uses the layer's weights.</summary>
    public Conv2dNode Layer { get; }

    /// <summary>The batch norm that follows the layer directly, or null; of a layer that several nodes share, they share its parameters, too.</summary>
    public BatchNormNode? Norm { get; }

    /// <summary>The layer's weight, [O, I / groups, K, K]; filter j is its j-th slice.</summary>
    public Tensor Weight { get; }

    /// <summary>The layer's bias, [O], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The gradient of the training loss by every learnable parameter, by name, for each of a few batches; empty where none was measured.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Gradients { get; }

    /// <summary>O.</summary>
    public int Filters => Weight.Shape[0];

    /// <summary>The groups of a model, in the network's order.</summary>
    /// <param name="model">The model.</param>
    /// <param name="gradients">See <see cref="Gradients"/>.</param>
    public static IEnumerable<FilterGroup> Of(Model model, IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? gradients = null) =>
        model.Network.PrunableLayers().Select(layer => new FilterGroup(model, layer, gradients ?? []));

    /// <summary>The weights of a filter.</summary>
    public ReadOnlySpan<float> FilterOf(int index) => Slice(Weight, index);

    /// <summary>Whether a filter is zero already: all weights and, where the layer has one, the bias.</summary>
    public bool IsZero(int index) => !FilterOf(index).ContainsAnyExcept(0f) && Bias?.Data[index] is null or 0;

    /// <summary>Whether a filter's weights are all next to nothing, see <see cref="DeadFilters"/>; its bias, a constant, may be anything.</summary>
    public bool IsDead(int index) => DeadFilters.IsDead(FilterOf(index));

    /// <summary>What belongs to one filter in a tensor [O, ..].</summary>
    internal static ReadOnlySpan<float> Slice(Tensor tensor, int index)
    {
        var size = tensor.Length / tensor.Shape[0];
        return tensor.Data.AsSpan(index * size, size);
    }
}
