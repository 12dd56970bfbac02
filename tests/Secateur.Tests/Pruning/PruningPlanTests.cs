using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning;

public class PruningPlanTests
{
    /// <summary>Tables 1 and 2 of arXiv 2311.16613; the 57,055 printed for EResFD at 40% is a misprint: its own 35.95% gives 59,055.</summary>
    [Theory]
    [InlineData("extd64", 0.1, 149_472, 7.93)]
    [InlineData("extd64", 0.2, 136_296, 16.05)]
    [InlineData("extd64", 0.3, 122_034, 24.83)]
    [InlineData("extd64", 0.4, 108_858, 32.95)]
    [InlineData("extd64", 0.5, 94_448, 41.83)]
    [InlineData("eresfd", 0.1, 87_368, 5.25)]
    [InlineData("eresfd", 0.2, 76_677, 16.84)]
    [InlineData("eresfd", 0.3, 69_746, 24.36)]
    [InlineData("eresfd", 0.4, 59_055, 35.95)]
    [InlineData("eresfd", 0.5, 47_284, 48.72)]
    public void Parameters_and_real_sparsity_are_those_of_the_paper(string architecture, double rate, int left, double sparsity)
    {
        var network = architecture == "eresfd" ? EResFd.Create() : Extd.Create(64);
        var all = NetworkCosts.CountParameters(network);
        var masked = new PruningPlan(rate).CountMasked(network);
        Assert.Equal(left, all - masked);
        Assert.Equal(sparsity, Math.Round(100.0 * masked / all, 2));
    }

    [Theory]
    [InlineData(10, 0.3, 3)]
    [InlineData(100, 0.29, 29)]
    [InlineData(3, 1.0 / 3, 1)]
    [InlineData(8, 0.1, 0)]
    [InlineData(16, 0.1, 1)]
    [InlineData(16, 0.99, 15)]
    [InlineData(16, 0, 0)]
    public void The_count_is_the_floor_guarded_against_rounding(int filters, double rate, int pruned) =>
        Assert.Equal(pruned, PruningPlan.CountPruned(filters, rate));

    [Fact]
    public void Every_percentage_of_every_layer_size_is_the_exact_floor()
    {
        for (var filters = 1; filters <= 256; filters++)
        {
            for (var percent = 0; percent < 100; percent++)
                Assert.Equal(filters * percent / 100, PruningPlan.CountPruned(filters, percent / 100.0));
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_outside_0_to_1_is_refused(double rate)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PruningPlan(rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PruningPlan(0.1).With("base.*", rate));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningPlan.CountPruned(8, rate));
    }

    [Fact]
    public void Patterns_name_layers_and_the_last_one_holds()
    {
        var plan = new PruningPlan(0.5).With("base.m0.*", 0.25).With("base.m0.FEM_0.*", 0).With("base.conv1.0", 0.75);
        var quotas = plan.Resolve(EResFd.Create()).ToDictionary(q => q.Layer.Layer, q => q.Pruned);
        Assert.Equal(6, quotas["base.conv1.0"]);
        Assert.Equal(4, quotas["base.conv2.0"]);
        Assert.Equal(4, quotas["base.m0.b2_1.0.res_layer.0"]);
        Assert.Equal(0, quotas["base.m0.FEM_0.res_branch1.0"]);
        Assert.Equal(2, quotas["base.m0.FEM_1.res_branch1.0"]);
    }

    [Theory]
    [InlineData("base.nothing")]
    [InlineData("loc.*")]
    [InlineData("BASE.conv1.0")]
    [InlineData("conv1")]
    public void A_pattern_that_matches_no_prunable_layer_is_named(string pattern)
    {
        var error = Assert.Throws<ArgumentException>(() => new PruningPlan(0.5).With(pattern, 0).Resolve(EResFd.Create()));
        Assert.Contains($"'{pattern}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(48)]
    [InlineData(32)]
    [InlineData(0)]
    public void The_masked_model_has_as_many_zeros_as_the_graph_says_and_its_heads_are_whole(int channels)
    {
        var model = RandomWeights.Fill(channels == 0 ? EResFd.Create() : Extd.Create(channels), 5);
        var plan = new PruningPlan(0.3);
        var masked = plan.Select(model, new GeometricMedian()).Apply(model);
        var before = PruningStatistics.Of(model);
        var after = PruningStatistics.Of(masked);
        Assert.Equal(before.Parameters, before.NonZeroParameters);
        Assert.Equal(before.Parameters, after.Parameters);
        Assert.Equal(plan.CountMasked(model.Network), before.NonZeroParameters - after.NonZeroParameters);
        Assert.Equal((double)plan.CountMasked(model.Network) / before.Parameters, after.Sparsity, 12);
        Assert.All(after.Layers, l => Assert.Equal(PruningPlan.CountPruned(l.Filters, 0.3), l.Pruned.Length));
        Assert.Equal(after.Layers.Sum(l => l.Pruned.Length), after.ZeroFilters);
        Assert.Equal(before.Filters, after.Filters);
        string[] modules = ["loc.", "conf."];
        var heads = model.Weights.Keys.Where(n => modules.Any(m => n.StartsWith(m, StringComparison.Ordinal))).ToList();
        Assert.Equal(24, heads.Count);
        Assert.All(heads, n => Assert.Same(model.Weights[n], masked.Weights[n]));
    }
}
