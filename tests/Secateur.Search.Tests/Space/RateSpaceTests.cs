using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Search.Bayesian;
using Secateur.Search.Space;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Search.Tests.Space;

public class RateSpaceTests
{
    private static readonly PruningSchedule Schedule = new() { Rate = 0, LayerRates = [new LayerRate("base.conv1.0", 0)] };

    [Fact]
    public void Points_are_moved_onto_the_target_and_measured_by_compaction()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 8);
        var groups = Architectures.Of(model.Network).Groups;
        var space = Space(model, 0.6);
        Assert.True(space.Uniform.Size <= 0.6);
        Assert.All(LatinHypercube.Draw(new SeededRandom(5), 6, 6), proportions =>
        {
            var point = space.OnTarget(proportions);
            Assert.True(point.Size <= 0.6 && point.Size > 0.5, $"{point.Size}");
            var plan = GroupRates.Apply(Schedule, groups, point.Rates).ToPlan();
            var compacted = Compactor.Compact(plan.Select(model, new GeometricMedian()).Apply(model));
            Assert.Equal(NetworkCosts.CountParameters(compacted.Network) / 92_208.0, point.Size);
            Assert.Equal(0, plan.Resolve(model.Network)[0].Pruned);
            var lost = plan.Resolve(model.Network).Where(q => groups[4].Holds(q.Layer.Layer)).ToArray();
            Assert.Equal(lost.Sum(q => q.Pruned) / (16.0 * lost.Length), point.Shares[4], 1e-12);
            Assert.Equal(point.Plan, space.At(point.Rates).Plan);
        });
    }

    [Fact]
    public void What_misses_at_the_highest_rates_is_left_there()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 8);
        var point = Space(model, 0.2).OnTarget([1, 0, 0, 0, 0, 0]);
        Assert.True(point.Size <= 0.2 || point.Rates.Distinct().Count() == 1, $"{point.Size}");
    }

    [Fact]
    public void A_target_beyond_reach_is_refused() =>
        Assert.Contains("no rate reaches", Assert.Throws<ArgumentException>(() => Space(RandomWeights.Fill(EResFd.Create(), 8), 0.001)).Message, StringComparison.Ordinal);

    private static RateSpace Space(Weights.Model model, double share)
    {
        Assert.True(PruningTarget.TryParse(FormattableString.Invariant($"parameters={share}"), out var target));
        return new RateSpace(model, Architectures.Of(model.Network).Groups, Schedule, target, 0, default);
    }
}
