using Secateur.Graph;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning.Targets;

public class UniformRateTests
{
    private static readonly FilterCriterion Criterion = new GeometricMedian();

    [Fact]
    public void The_steps_are_the_rates_at_which_some_layer_loses_another_filter()
    {
        var network = EResFd.Create();
        var steps = UniformRate.Steps(network, rate => new PruningPlan(rate));
        Assert.Equal(Enumerable.Range(0, 16).Select(k => k / 16.0), steps);
        Assert.Equal([0, 0.5], UniformRate.Steps(network, rate => new PruningPlan(rate).RoundedTo(8)).AsEnumerable());

        // Of the layer that is left, with 8 filters.
        Assert.Equal(Enumerable.Range(0, 8).Select(k => k / 8.0), UniformRate.Steps(TinyDetector.Create().Network, rate => new PruningPlan(rate).With("base.0.0", 0.3)));
    }

    [Theory]
    [InlineData("parameters", 1, 1)]
    [InlineData("parameters", 2, 1)]
    [InlineData("macs", 3, 1)]
    [InlineData("macs", 4, 2)]
    public void The_target_is_met_and_no_larger_model_meets_it(string metric, int seed, int multiple)
    {
        var model = RandomWeights.Fill(EResFd.Create(), seed);
        PruningPlan At(double rate) => new PruningPlan(rate).RoundedTo(multiple);
        double SizeAt(double rate)
        {
            var compacted = Compactor.Compact(At(rate).Select(model, Criterion).Apply(model)).Network;
            return metric == "macs"
                ? NetworkCosts.CountMacs(compacted, 96, 128) / (double)NetworkCosts.CountMacs(model.Network, 96, 128)
                : NetworkCosts.CountParameters(compacted) / (double)NetworkCosts.CountParameters(model.Network);
        }

        var sizes = UniformRate.Steps(model.Network, At).Select(rate => (rate, Size: SizeAt(rate))).ToArray();
        foreach (var limit in new[] { 1, 0.8, 0.5, 0.31, 0.1 })
        {
            var target = Target($"{metric}={FormattableString.Invariant($"{limit}")}{(metric == "macs" ? "@96x128" : "")}");
            var found = UniformRate.Find(model, At, Criterion, new TargetGauge(target, model));
            Assert.Equal(SizeAt(found.Rate), found.Reading.Value);
            Assert.True(found.Reading.Value <= limit, $"{found.Reading.Value} for {target}");
            Assert.DoesNotContain(sizes, s => s.Size <= limit && s.Size > found.Reading.Value);
        }
    }

    [Fact]
    public void Filters_that_are_zero_already_count()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 5);
        var masked = new PruningPlan(0.5).Select(model, Criterion).Apply(model);
        var gauge = new TargetGauge(Target("parameters=0.5"), masked);
        Assert.Equal(0, UniformRate.Find(masked, rate => new PruningPlan(rate), Criterion, gauge).Rate);
    }

    [Fact]
    public void What_cannot_be_reached_is_told_with_the_smallest_model()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 6);
        var error = Assert.Throws<ArgumentException>(() =>
            UniformRate.Find(model, rate => new PruningPlan(rate).With("base.m0.*", 0), Criterion, new TargetGauge(Target("parameters=0.1"), model)));
        Assert.Contains("no rate reaches parameters=0.1: the smallest compacted model, at rate 0.9375, has 0.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_is_measured_beside_the_model_as_given()
    {
        var model = TinyDetector.Create();
        var gauge = new TargetGauge(new PruningTarget(TargetMetric.Latency, 1000, new ImageSize(64, 64)), model);
        var found = UniformRate.Find(model, rate => new PruningPlan(rate), Criterion, gauge);
        Assert.Equal(0, found.Rate);
        Assert.Equal(found.Reading.Value, found.Reading.Latency!.Value.Median);
        Assert.True(found.Reading.Original!.Value.Median > 0);
    }

    [Fact]
    public void The_groups_of_every_published_network_hold_each_layer_once()
    {
        Assert.All(Architectures.All.Where(a => a.Name == "eresfd" || a.Name.StartsWith("extd", StringComparison.Ordinal)), architecture =>
        {
            var network = architecture.CreateNetwork();
            LayerGroup.Check(architecture.Groups, network);
            Assert.All(network.PrunableLayers(), layer => Assert.Single(architecture.Groups, g => g.Holds(layer.Layer)));
        });
    }

    [Fact]
    public void Groups_that_do_not_fit_are_refused()
    {
        var network = TinyDetector.Create().Network;
        string Problem(params LayerGroup[] groups) => Assert.Throws<ArgumentException>(() => LayerGroup.Check([.. groups], network)).Message;
        Assert.Contains("two layer groups are called 'a'", Problem(new("a", ["base.0.*"]), new("a", ["base.1.*"])), StringComparison.Ordinal);
        Assert.Contains("no prunable layer of tiny is called 'loc.0'", Problem(new LayerGroup("heads", ["loc.0"])), StringComparison.Ordinal);
        Assert.Contains("the layer base.1.0 is in the groups a and b", Problem(new("a", ["*.1.0"]), new("b", ["base.1.0"])), StringComparison.Ordinal);
    }

    private static PruningTarget Target(string text) => PruningTarget.TryParse(text, out var target) ? target : throw new ArgumentException(text);
}
