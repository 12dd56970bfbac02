using Secateur.Pixels;
using Secateur.Pruning.Targets;
using Xunit;

namespace Secateur.Tests.Pruning.Targets;

public class PruningTargetTests
{
    [Theory]
    [InlineData("parameters=0.5", TargetMetric.Parameters, 0.5, 480, 640)]
    [InlineData("macs=0.4", TargetMetric.Macs, 0.4, 480, 640)]
    [InlineData("macs=1@96x64", TargetMetric.Macs, 1, 96, 64)]
    [InlineData("latency=2.0ms", TargetMetric.Latency, 2, 480, 640)]
    [InlineData("latency=250ms@720x1280", TargetMetric.Latency, 250, 720, 1280)]
    public void It_is_read_and_written_alike(string text, TargetMetric metric, double limit, int height, int width)
    {
        Assert.True(PruningTarget.TryParse(text, out var target));
        Assert.Equal(new PruningTarget(metric, limit, new ImageSize(height, width)), target);
        Assert.True(PruningTarget.TryParse(target.ToString(), out var again));
        Assert.Equal(target, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0.5")]
    [InlineData("parameters")]
    [InlineData("parameters=")]
    [InlineData("parameters=0")]
    [InlineData("parameters=-0.5")]
    [InlineData("parameters=1.01")]
    [InlineData("parameters=NaN")]
    [InlineData("parameters=0,5")]
    [InlineData("parameters=0.5@480x640")]
    [InlineData("Parameters=0.5")]
    [InlineData("macs=0.4@480")]
    [InlineData("macs=0.4@")]
    [InlineData("latency=2")]
    [InlineData("latency=2s")]
    [InlineData("latency=infinityms")]
    [InlineData("flops=0.4")]
    [InlineData("macs=0.4=0.5")]
    public void Anything_else_is_refused(string text) => Assert.False(PruningTarget.TryParse(text, out _));
}
