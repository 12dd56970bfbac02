using System.Collections.Immutable;

namespace Secateur.Training.Optimization;

/// <summary>A learning rate that drops by a factor at each milestone. Times are epochs or iterations, whichever the caller counts, from 0 on.</summary>
public sealed class StepSchedule
{
    /// <summary>Checks the values.</summary>
    /// <param name="baseRate">The rate before the first milestone.</param>
    /// <param name="milestones">The first epochs or iterations with a lower rate, ascending.</param>
    /// <param name="factor">What each milestone multiplies the rate with.</param>
    /// <exception cref="ArgumentException">The milestones are negative or not ascending.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the factor is not positive or not finite.</exception>
    public StepSchedule(double baseRate, ImmutableArray<long> milestones, double factor = 0.1)
    {
        if (!(baseRate > 0) || !double.IsFinite(baseRate)) throw new ArgumentOutOfRangeException(nameof(baseRate), baseRate, "expected above 0");
        if (!(factor > 0) || !double.IsFinite(factor)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "expected above 0");
        for (var i = 0; i < milestones.Length; i++)
        {
            if (milestones[i] < 0 || (i > 0 && milestones[i] < milestones[i - 1]))
                throw new ArgumentException($"expected milestones that ascend from 0, got [{string.Join(", ", milestones)}]", nameof(milestones));
        }

        (BaseRate, Milestones, Factor) = (baseRate, milestones, factor);
    }

    /// <summary>The rate before the first milestone.</summary>
    public double BaseRate { get; }

    /// <summary>The first epochs or iterations with a lower rate.</summary>
    public ImmutableArray<long> Milestones { get; }

    /// <summary>What each milestone multiplies the rate with.</summary>
    public double Factor { get; }

    /// <summary>The learning rate in epoch or iteration <paramref name="time"/>, counted from 0.</summary>
    public double RateAt(long time)
    {
        var rate = BaseRate;
        foreach (var milestone in Milestones)
        {
            if (time >= milestone) rate *= Factor;
        }

        return rate;
    }

    /// <summary>
    /// The schedule of a longer or shorter run: milestones 50 and 100 of 200 become 2 and 4 of 8. What does not divide is rounded up, so that the
    /// first epoch keeps the base rate.
    /// </summary>
    /// <param name="from">The length that the milestones were made for.</param>
    /// <param name="to">The length of the run.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive.</exception>
    public StepSchedule Scale(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(to);
        return new StepSchedule(BaseRate, [.. Milestones.Select(m => checked((m * to) + from - 1) / from)], Factor);
    }
}
