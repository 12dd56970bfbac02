using System.Collections.Immutable;

namespace Secateur.Pruning.Criteria;

/// <summary>The criteria, by the names that the command line uses.</summary>
public static class FilterCriteria
{
    /// <summary>fpgm, l1, l2, random.</summary>
    public static ImmutableArray<string> Names { get; } = ["fpgm", "l1", "l2", "random"];

    /// <summary>The criterion called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">Seed of the random one.</param>
    /// <exception cref="ArgumentException">No such criterion; the message lists those that there are.</exception>
    public static FilterCriterion Create(string name, int seed) => name switch
    {
        "fpgm" => new GeometricMedian(),
        "l1" => new L1Norm(),
        "l2" => new L2Norm(),
        "random" => new RandomCriterion(seed),
        _ => throw new ArgumentException($"unknown criterion '{name}'; expected one of {string.Join(", ", Names)}"),
    };
}
