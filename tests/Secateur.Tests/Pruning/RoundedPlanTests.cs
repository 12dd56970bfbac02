using Secateur.Models;
using Secateur.Pruning;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning;

public class RoundedPlanTests
{
    [Theory]
    [InlineData("eresfd")]
    [InlineData("extd64")]
    public void Every_layer_keeps_a_multiple_rounded_up_or_all(string architecture)
    {
        var network = Architectures.Create(architecture);
        foreach (var multiple in new[] { 1, 2, 3, 4, 8, 1000 })
        {
            for (var percent = 0; percent < 100; percent += 3)
            {
                var (exact, rounded) = (new PruningPlan(percent / 100.0).Resolve(network), new PruningPlan(percent / 100.0).RoundedTo(multiple).Resolve(network));
                Assert.All(exact.Zip(rounded), pair =>
                {
                    var filters = network.Parameter(pair.First.Layer.Weight).Shape[0];
                    var (kept, keptExactly) = (filters - pair.Second.Pruned, filters - pair.First.Pruned);
                    Assert.True(kept == filters || kept % multiple == 0, $"{kept} of {filters} kept");
                    Assert.InRange(kept, keptExactly, Math.Min(filters, keptExactly + multiple - 1));
                });
            }
        }
    }

    [Fact]
    public void Rates_of_single_layers_are_rounded_too_and_whole_layers_stay_whole()
    {
        var network = TinyDetector.Create().Network;
        var plan = new PruningPlan(0.5).RoundedTo(3).With("base.1.0", 0);
        Assert.Equal([2, 0], plan.Resolve(network).Select(q => q.Pruned));
        Assert.Equal(3, plan.Multiple);
    }

    [Fact]
    public void A_plan_whose_rounding_undoes_it_is_refused()
    {
        var network = TinyDetector.Create().Network;
        new PruningPlan(0.5).RoundedTo(4).RequireEffect(network);
        var error = Assert.Throws<ArgumentException>(() => new PruningPlan(0.4).RoundedTo(8).RequireEffect(network));
        Assert.Contains("a multiple of 8", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PruningPlan(0.5).RoundedTo(0));
    }
}
