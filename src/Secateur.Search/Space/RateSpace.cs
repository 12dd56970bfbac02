using System.Collections.Concurrent;
using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Search.Space;

/// <summary>
/// The rates of layer groups that a search chooses from. What a plan leaves of the model is known without training, so points are moved onto the target before
/// they are tried: of the rates in some proportion, those that just meet it. (B-FPGM draws rates in a box and learns of the size by a penalty.)
/// </summary>
internal sealed class RateSpace
{
    // B-FPGM's box ends 0.2 above the target (the authors' code), where many of their published rates lie.
    private const double Reach = 0.3;
    private const double HighestRate = 0.95;

    // Proportions are no smaller, so that each group has a rate above 0 at some scale.
    private const double LeastProportion = 0.02;

    // A model that meets the target by less is not searched further for a larger one.
    private const double Slack = 0.01;
    private const int MostHalvings = 12;

    private readonly Model _model;
    private readonly ImmutableArray<LayerGroup> _groups;
    private readonly PruningSchedule _schedule;
    private readonly FilterCriterion _criterion;
    private readonly TargetGauge _gauge;
    private readonly ConcurrentDictionary<string, double> _sizes = [];
    private readonly double _highest;

    /// <summary>The space around the uniform rate that meets the target.</summary>
    /// <param name="model">The model to prune.</param>
    /// <param name="groups">The groups; each layer in one at most.</param>
    /// <param name="schedule">Criterion, rates of single layers and multiples.</param>
    /// <param name="target">What the compacted model is to be.</param>
    /// <param name="seed">Seed of the random criterion.</param>
    /// <param name="cancellation">Stops between two models.</param>
    /// <exception cref="ArgumentException">No rate meets the target, or the groups do not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public RateSpace(Model model, ImmutableArray<LayerGroup> groups, PruningSchedule schedule, PruningTarget target, int seed, CancellationToken cancellation)
    {
        LayerGroup.Check(groups, model.Network);
        (_model, _groups, _schedule) = (model, groups, schedule);
        _criterion = FilterCriteria.Create(schedule.Criterion, seed);
        _gauge = new TargetGauge(target, model);
        var uniform = UniformRate.Find(model, rate => GroupRates.Apply(schedule, groups, Alike(rate)).ToPlan(), _criterion, _gauge, cancellation: cancellation).Rate;
        _highest = Math.Min(HighestRate, uniform + Reach);
        Uniform = At(Alike(uniform));
    }

    /// <summary>The same rate for all groups.</summary>
    public RatePoint Uniform { get; }

    /// <summary>The point with these rates.</summary>
    public RatePoint At(ImmutableArray<double> rates)
    {
        var plan = GroupRates.Apply(_schedule, _groups, rates).ToPlan();
        var quotas = plan.Resolve(_model.Network);
        var key = string.Join(' ', quotas.Select(q => q.Pruned));
        var shares = _groups.Select(g =>
        {
            var layers = quotas.Where(q => g.Holds(q.Layer.Layer)).ToList();
            return layers.Sum(q => q.Pruned) / (double)layers.Sum(q => _model.Network.Parameter(q.Layer.Weight).Shape[0]);
        });
        return new RatePoint(rates, [.. shares], _sizes.GetOrAdd(key, _ => _gauge.Read(plan.Select(_model, _criterion).Apply(_model)).Value), key);
    }

    /// <summary>The lowest rates in a proportion (from 0 to 1 each) that meet the target; the highest there are, where none do.</summary>
    public RatePoint OnTarget(IReadOnlyList<double> proportions)
    {
        var parts = proportions.Select(p => Math.Clamp(p, LeastProportion, 1)).ToArray();
        RatePoint Scaled(double scale) => At([.. parts.Select(p => Math.Min(_highest, scale * p))]);
        var (low, high) = (0.0, _highest / parts.Min());
        var best = Scaled(high);
        if (best.Size > _gauge.Target.Limit) return best;
        for (var i = 0; i < MostHalvings && _gauge.Target.Limit - best.Size > Slack; i++)
        {
            var middle = (low + high) / 2;
            if (Scaled(middle) is var point && point.Size <= _gauge.Target.Limit) (high, best) = (middle, point);
            else low = middle;
        }

        return best;
    }

    private ImmutableArray<double> Alike(double rate) => [.. Enumerable.Repeat(rate, _groups.Length)];
}
