using Secateur.Training.Optimization;
using Xunit;

namespace Secateur.Training.Tests.Optimization;

public class StepScheduleTests
{
    private static readonly StepSchedule Pruning = new(1e-3, [50, 100]);

    [Theory]
    [InlineData(0, 1e-3)]
    [InlineData(49, 1e-3)]
    [InlineData(50, 1e-4)]
    [InlineData(99, 1e-4)]
    [InlineData(100, 1e-5)]
    [InlineData(199, 1e-5)]
    public void The_rate_drops_at_the_milestones(long epoch, double rate) => Assert.Equal(rate, Pruning.RateAt(epoch), 1e-18);

    [Theory]
    [InlineData(200, new long[] { 50, 100 })]
    [InlineData(8, new long[] { 2, 4 })]
    [InlineData(400, new long[] { 100, 200 })]
    [InlineData(10, new long[] { 3, 5 })]
    [InlineData(3, new long[] { 1, 2 })]
    [InlineData(1, new long[] { 1, 1 })]
    public void Milestones_scale_with_the_run(long epochs, long[] milestones)
    {
        var scaled = Pruning.Scale(from: 200, epochs);

        Assert.Equal(milestones, scaled.Milestones);
        Assert.Equal(1e-3, scaled.RateAt(0));
        Assert.Equal(1e-5, scaled.RateAt(epochs * 10), 1e-18);
    }

    [Fact]
    public void Other_factors_and_no_milestones_are_possible()
    {
        Assert.Equal(0.5, new StepSchedule(2, [3, 3], factor: 0.5).RateAt(3));
        Assert.Equal(2, new StepSchedule(2, []).RateAt(1_000_000));
    }

    [Fact]
    public void Senseless_schedules_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(double.NaN, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepSchedule(1, [], factor: -1));
        Assert.Contains("[2, 1]", Assert.Throws<ArgumentException>(() => new StepSchedule(1, [2, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new StepSchedule(1, [-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pruning.Scale(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pruning.Scale(1, 0));
    }
}
