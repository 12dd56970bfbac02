namespace Secateur.Bench.Statistics;

/// <summary>What repeated measurements gave.</summary>
/// <param name="Median">The middle one; of an even number the mean of the two in the middle.</param>
/// <param name="Low">The least.</param>
/// <param name="High">The greatest.</param>
internal readonly record struct Spread(double Median, double Low, double High)
{
    /// <summary>Summarises measurements.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) throw new ArgumentException("nothing was measured", nameof(values));
        return new Spread((sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[0], sorted[^1]);
    }

    /// <summary>The quotients of measurements that were taken in turn, pair by pair: what slows the machine for a while cancels out.</summary>
    /// <exception cref="ArgumentException">There are none, or not as many of one as of the other.</exception>
    public static Spread OfRatios(IReadOnlyList<double> own, IReadOnlyList<double> other) =>
        own.Count == other.Count
            ? Of(own.Zip(other, (a, b) => a / b))
            : throw new ArgumentException($"{own.Count} measurements cannot be paired with {other.Count}");
}
