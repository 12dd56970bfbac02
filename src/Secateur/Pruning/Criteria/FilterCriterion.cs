using System.Collections.Immutable;

namespace Secateur.Pruning.Criteria;

/// <summary>How little a convolution's filters matter: a pure function from a layer in its context to one score a filter.</summary>
public abstract class FilterCriterion
{
    /// <summary>The name that the command line uses, e.g. <c>fpgm</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Which filters it takes for dispensable, in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>Whether it looks at <see cref="FilterGroup.Gradients"/>, which must be measured on images.</summary>
    public virtual bool NeedsGradients => false;

    /// <summary>Why it cannot score a layer; null when it can.</summary>
    public virtual string? Refuses(FilterGroup group) => null;

    /// <summary>The score of every filter, in double precision; the lowest are pruned first.</summary>
    /// <exception cref="ArgumentException">The layer is one that it <see cref="Refuses"/>, or gradients are needed and not there.</exception>
    public abstract double[] Score(FilterGroup group);

    /// <summary>
    /// The <paramref name="count"/> filters to prune, ascending: first those that are zero already, so that pruning again takes no more than pruning
    /// once, then those with the lowest scores; of equal ones the lower index goes first.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or more than there are filters.</exception>
    /// <exception cref="ArgumentException">See <see cref="Score"/>.</exception>
    public ImmutableArray<int> Select(FilterGroup group, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, group.Filters);
        if (count == 0) return [];
        if (Refuses(group) is { } reason) throw new ArgumentException($"{Name} cannot score {group.Layer.Layer}: {reason}");
        var scores = Score(group);
        // OrderBy is stable, which is the rule for ties.
        return [.. Enumerable.Range(0, scores.Length).OrderBy(j => !group.IsZero(j)).ThenBy(j => scores[j]).Take(count).Order()];
    }
}
