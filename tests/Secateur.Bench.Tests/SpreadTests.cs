using Secateur.Bench.Statistics;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class SpreadTests
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3, 3, 3)]
    [InlineData(new[] { 4.0, 1, 100 }, 4, 1, 100)]
    [InlineData(new[] { 4.0, 1, 100, 2 }, 3, 1, 100)]
    public void The_median_is_the_middle_whatever_the_order(double[] values, double median, double low, double high) =>
        Assert.Equal(new Spread(median, low, high), Spread.Of(values));

    [Fact]
    public void Ratios_pair_what_was_measured_in_the_same_round()
    {
        // The machine was ten times slower in the second round: ratios of medians would not be 0.5.
        Assert.Equal(new Spread(0.5, 0.5, 0.5), Spread.OfRatios([1, 10, 1.5], [2, 20, 3]));
        Assert.Equal(new Spread(2, 1, 4), Spread.OfRatios([2, 2, 2], [1, 2, 0.5]));
    }

    [Fact]
    public void Nothing_and_odd_pairs_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Spread.Of([]));
        Assert.Throws<ArgumentException>(() => Spread.OfRatios([1, 2], [1]));
    }
}
