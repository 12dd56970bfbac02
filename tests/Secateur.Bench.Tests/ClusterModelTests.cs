using Secateur.Bench.Ranks;
using Xunit;

namespace Secateur.Bench.Tests;

public class ClusterModelTests
{
    // 100 gathers of 30,000 bytes each, and an exchange in which each of two sent 4 MB.
    private static readonly MessageCosts Messages = new(100, 3_000_000, 0, 1, 4_000_000, 0);
    private static readonly ClusterNetwork Network = new(LatencyUs: 20, GigabitsPerSecond: 10);

    [Fact]
    public void One_process_says_nothing()
    {
        var model = new ClusterModel(imageMs: 50, batch: 64, Messages, ranks: 2);
        Assert.Equal(0, model.MessageMs(Network, 1));
        Assert.Equal(3200, model.StepMs(Network, 1));
        Assert.Equal(1, model.Speedup(Network, 1));
    }

    [Fact]
    public void Latencies_grow_with_the_digits_of_the_number_and_what_is_exchanged_is_shared_out()
    {
        var model = new ClusterModel(imageMs: 50, batch: 64, Messages, ranks: 2);

        // 100 times 3 latencies and 7 more; of 3 MB and a quarter of 4 MB seven eighths, at 1.25 GB/s.
        Assert.Equal(6.14 + 2.8, model.MessageMs(Network, 8), 1e-9);
        Assert.Equal(400 + 6.14 + 2.8, model.StepMs(Network, 8), 1e-9);
        Assert.Equal(3200 / 408.94, model.Speedup(Network, 8), 1e-9);
    }
}
