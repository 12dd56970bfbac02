using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Pruning.Targets;

/// <summary>A rate that meets a target.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="Reading">What the compacted model is at this rate.</param>
public sealed record FoundRate(double Rate, TargetReading Reading);

/// <summary>
/// Finds the one rate for all layers whose compacted model is the largest that meets a target. Since a layer loses floor(filters * rate) filters, the size
/// is a step function of the rate: only the rates at which some layer loses another filter are tried. A criterion's choice at a rate holds its choice
/// at every lower one, so that the size falls from step to step, and the steps are bisected.
/// </summary>
public static class UniformRate
{
    /// <summary>The rates that give different plans, ascending, each the smallest that gives its plan; the first is 0.</summary>
    /// <param name="network">The network.</param>
    /// <param name="planAt">The plan at a rate; rates that it sets for single layers do not change with it.</param>
    public static ImmutableArray<double> Steps(Network network, Func<double, PruningPlan> planAt)
    {
        var (none, some) = (planAt(0), planAt(0.5));
        var sizes = network.PrunableLayers()
            .Where(l => none.RateOf(l.Layer) != some.RateOf(l.Layer))
            .Select(l => network.Parameter(l.Weight).Shape[0])
            .Distinct();
        var steps = ImmutableArray.CreateBuilder<double>();
        int[] last = [];
        foreach (var rate in sizes.SelectMany(n => Enumerable.Range(0, n).Select(k => (double)k / n)).Append(0).Distinct().Order())
        {
            int[] lost = [.. planAt(rate).Resolve(network).Select(q => q.Pruned)];
            if (steps.Count == 0 || !lost.SequenceEqual(last)) steps.Add(rate);
            last = lost;
        }

        return steps.ToImmutable();
    }

    /// <summary>Finds it.</summary>
    /// <param name="model">The model to prune.</param>
    /// <param name="planAt">The plan at a rate.</param>
    /// <param name="criterion">Which filters go.</param>
    /// <param name="gauge">What measures compacted models, and the target.</param>
    /// <param name="gradients">For criteria that need them, see <see cref="FilterGroup.Gradients"/>.</param>
    /// <param name="progress">Told the models measured and in all, at most.</param>
    /// <param name="cancellation">Stops between two models.</param>
    /// <exception cref="ArgumentException">No rate meets the target; the message tells the smallest model that there is. Or a plan's pattern matches no layer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static FoundRate Find(
        Model model,
        Func<double, PruningPlan> planAt,
        FilterCriterion criterion,
        TargetGauge gauge,
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? gradients = null,
        IProgress<(int Done, int Total)>? progress = null,
        CancellationToken cancellation = default)
    {
        var (target, steps, done) = (gauge.Target, Steps(model.Network, planAt), 0);
        var smallest = Read(^1);
        if (smallest.Value > target.Limit)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"no rate reaches {target}: the smallest compacted model, at rate {steps[^1]:0.####}, has {target.Describe(smallest.Value)}"));
        }

        // The last step meets it; below low none is known to.
        var (low, high, best) = (0, steps.Length - 1, smallest);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Read(middle) is var reading && reading.Value <= target.Limit) (high, best) = (middle, reading);
            else low = middle + 1;
        }

        return new FoundRate(steps[high], best);

        TargetReading Read(Index step)
        {
            cancellation.ThrowIfCancellationRequested();
            var reading = gauge.Read(planAt(steps[step]).Select(model, criterion, gradients).Apply(model), cancellation);
            progress?.Report((++done, 1 + (int)Math.Ceiling(Math.Log2(steps.Length))));
            return reading;
        }
    }
}
