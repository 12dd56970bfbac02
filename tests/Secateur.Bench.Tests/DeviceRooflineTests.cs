using Secateur.Bench.Devices;
using Secateur.Gpu.Engine.Launching;
using Xunit;

namespace Secateur.Bench.Tests;

public class DeviceRooflineTests
{
    // 2 GB and 10 G multiply-adds a second.
    private static readonly DeviceRoofline Roofline = new(2, 10);

    [Theory]
    [InlineData(4_000_000, 0, 2)]
    [InlineData(0, 5_000_000, 0.5)]
    [InlineData(4_000_000, 5_000_000, 2)]
    [InlineData(400_000, 5_000_000, 0.5)]
    [InlineData(0, 0, 0)]
    public void The_slower_of_moving_and_multiplying_is_the_least_time(long bytes, long multiplyAdds, double ms) =>
        Assert.Equal(ms, Roofline.LeastMs(new LaunchCost("any", bytes, multiplyAdds)), 1e-9);

    [Fact]
    public void Launches_are_summed_by_kernel_and_compared_one_by_one()
    {
        // The first could take 2 ms, the second 0.5: together 2.5 of 5, though all their bytes take only 2.2 and all their multiply-adds only 0.5.
        var rows = KernelRow.Of([(new LaunchCost("a", 4_000_000, 0), 4), (new LaunchCost("b"), 15), (new LaunchCost("a", 400_000, 5_000_000), 1)], Roofline);

        Assert.Equal([new KernelRow("b", 1, 15, 0.75, 0, 0, 0), new KernelRow("a", 2, 5, 0.25, 4_400_000, 5_000_000, 0.5)], rows);
    }
}
