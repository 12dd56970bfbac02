using System.Collections.Immutable;
using Secateur.Kernels;

namespace Secateur.Pruning.Criteria;

/// <summary>How little a convolution's filters matter: a pure function from the weights of one layer to one score a filter.</summary>
public abstract class FilterCriterion
{
    /// <summary>The name that the command line uses, e.g. <c>fpgm</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The score of every filter, in double precision; the lowest are pruned first.</summary>
    /// <param name="layer">The layer's name; only <see cref="RandomCriterion"/> looks at it.</param>
    /// <param name="weight">The layer's weight, [O, I / groups, K, K]; filter j is its j-th slice.</param>
    public abstract double[] Score(string layer, Tensor weight);

    /// <summary>The <paramref name="count"/> filters with the lowest scores, ascending; of equal scores the lower index goes first.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than there are filters.</exception>
    public ImmutableArray<int> Select(string layer, Tensor weight, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, weight.Shape[0]);
        if (count == 0) return [];
        var scores = Score(layer, weight);
        // OrderBy is stable, which is the rule for ties.
        return [.. Enumerable.Range(0, scores.Length).OrderBy(j => scores[j]).Take(count).Order()];
    }

    /// <summary>The elements of filter <paramref name="index"/>.</summary>
    protected static ReadOnlySpan<float> FilterOf(Tensor weight, int index)
    {
        var size = weight.Length / weight.Shape[0];
        return weight.Data.AsSpan(index * size, size);
    }
}
