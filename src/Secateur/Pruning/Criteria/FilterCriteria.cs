using System.Collections.Immutable;

namespace Secateur.Pruning.Criteria;

/// <summary>The register of criteria, by the names that the command line uses.</summary>
public static class FilterCriteria
{
    // Made with the seed of those that are random.
    private static readonly ImmutableArray<Func<int, FilterCriterion>> All =
    [
        _ => new GeometricMedian(),
        _ => new L1Norm(),
        _ => new L2Norm(),
        _ => new NormScale(),
        _ => new TaylorExpansion(),
        seed => new RandomCriterion(seed),
    ];

    /// <summary>fpgm, l1, l2, bn, taylor, random.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(create => create(0).Name)];

    /// <summary>All in one line, for help texts.</summary>
    public static string Description { get; } = string.Join("; ", All.Select(create => create(0)).Select(c => $"{c.Name}: {c.Description}"));

    /// <summary>The criterion called <paramref name="name"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">Seed of the random one.</param>
    /// <exception cref="ArgumentException">No such criterion; the message lists those that there are.</exception>
    public static FilterCriterion Create(string name, int seed) =>
        All.Select(create => create(seed)).FirstOrDefault(c => c.Name == name)
        ?? throw new ArgumentException($"unknown criterion '{name}'; expected one of {string.Join(", ", Names)}");
}
