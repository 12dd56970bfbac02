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
        _length = parameters.Values.Length;
        _ranges =
        [
            .. mask.ElementsIn(network).Select(e =>
            {
                var start = parameters.RangeOf(e.Parameter).Start.Value + e.Start;
                return start..(start + e.Length);
            }),
        ];
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
}
