namespace Secateur.Pruning.Criteria;

/// <summary>The baseline that looks at no weight: the same seed and layer name always give the same scores.</summary>
public sealed class RandomCriterion(int seed) : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override string Description => "a seeded baseline that looks at no weight";

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group)
    {
        // Layers of one size must not all lose the same filters.
        var random = new SeededRandom(seed, group.Layer.Layer);
        var scores = new double[group.Filters];
        for (var j = 0; j < scores.Length; j++) scores[j] = random.NextDouble();
        return scores;
    }
}
