namespace Secateur.Search.Bayesian;

/// <summary>
/// Chooses which points to observe next, several at a time: the one with the greatest expected improvement, then, as if the lowest known value had been observed
/// there, the next one (the constant liar with the minimum: Ginsbourger, Le Riche and Carraro, "Kriging Is Well-Suited to Parallelize Optimization", 2010).
/// </summary>
internal static class BatchProposer
{
    /// <summary>The chosen candidates, as indices.</summary>
    /// <param name="points">Where was observed.</param>
    /// <param name="values">What was observed; finite, low is good.</param>
    /// <param name="candidates">The points to choose from; none of those observed.</param>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<int> Propose(IReadOnlyList<double[]> points, IReadOnlyList<double> values, IReadOnlyList<double[]> candidates, int count, CancellationToken cancellation = default)
    {
        var lowest = values.Min();
        var (known, lied, chosen) = (points.ToList(), values.ToList(), new List<int>());
        while (chosen.Count < Math.Min(count, candidates.Count))
        {
            var surrogate = new Surrogate([.. known], [.. lied], cancellation);
            var next = Enumerable.Range(0, candidates.Count).Where(i => !chosen.Contains(i)).MaxBy(i =>
            {
                var (mean, deviation) = surrogate.Predict(candidates[i]);
                return ExpectedImprovement.Of(mean, deviation, lowest);
            });
            chosen.Add(next);
            known.Add(candidates[next]);
            lied.Add(lowest);
        }

        return chosen;
    }
}
