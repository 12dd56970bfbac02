using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pruning;

namespace Secateur.Training.Optimization;

/// <summary>
/// Where the weights and biases of pruned filters lie among all parameters: soft filter pruning zeroes them, fine-tuning holds them at zero.
/// </summary>
public sealed class FrozenWeights
{
    private readonly int _length;
    private readonly ImmutableArray<Range> _ranges;

    /// <summary>Finds the pruned filters.</summary>
    /// <param name="network">The network that the parameters belong to.</param>
    /// <param name="parameters">How the parameters lie.</param>
    /// <param name="mask">The pruned filters.</param>
    /// <exception cref="ArgumentException">The network has no such layer, or the layer no such filter.</exception>
    public FrozenWeights(Network network, ParameterVector parameters, FilterMask mask)
    {
        var layers = network.Nodes.OfType<Conv2dNode>().ToLookup(c => c.Layer);
        var ranges = ImmutableArray.CreateBuilder<Range>();
        foreach (var (layer, filters) in mask.Pruned)
        {
            if (!layers.Contains(layer)) throw new ArgumentException($"{network.Architecture} has no convolution '{layer}'", nameof(mask));
            foreach (var name in layers[layer].SelectMany(c => c.Parameters).Distinct()) ranges.AddRange(RangesOf(network.Parameter(name), parameters, filters));
        }

        _ranges = ranges.ToImmutable();
        _length = parameters.Values.Length;
        Count = _ranges.Sum(r => r.GetOffsetAndLength(_length).Length);
    }

    /// <summary>The number of weights and biases.</summary>
    public int Count { get; }

    /// <summary>Zeroes them.</summary>
    /// <param name="values">One value a parameter, laid out as <see cref="ParameterVector.Values"/>.</param>
    /// <exception cref="ArgumentException">There are not as many values as parameters.</exception>
    public void Zero(Span<float> values)
    {
        if (values.Length != _length) throw new ArgumentException($"expected {_length} values, got {values.Length}", nameof(values));
        foreach (var range in _ranges) values[range].Clear();
    }

    private static IEnumerable<Range> RangesOf(ParameterSpec spec, ParameterVector parameters, ImmutableArray<int> filters)
    {
        var (start, length) = parameters.RangeOf(spec.Name).GetOffsetAndLength(parameters.Values.Length);
        var size = length / spec.Shape[0];
        foreach (var filter in filters)
        {
            if (filter < 0 || filter >= spec.Shape[0])
                throw new ArgumentException($"'{spec.Name}' has {spec.Shape[0]} filters; the mask prunes filter {filter}");
            yield return (start + (filter * size))..(start + ((filter + 1) * size));
        }
    }
}
