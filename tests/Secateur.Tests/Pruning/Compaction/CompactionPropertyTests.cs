using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning.Compaction;

public class CompactionPropertyTests
{
    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (2, 1), (1, 4), (3, 3), (7, 5), (6, 9), (13, 10)];

    [Fact]
    public void Any_network_under_any_mask_computes_the_same_at_any_size()
    {
        var (checks, smaller) = (0, 0);
        for (var seed = 0; seed < 400; seed++)
        {
            var model = RandomNetworks.Create(seed);
            var compacted = Compactor.Compact(model);
            var ran = CheckSizes(model, compacted, seed);
            checks += ran;
            if (ran > 0 && ModelSize.Of(compacted, 13, 10).Macs < ModelSize.Of(model, 13, 10).Macs) smaller++;
        }

        Assert.True(checks > 1000, $"only {checks} comparisons");
        Assert.True(smaller > 200, $"only {smaller} networks got cheaper");
    }

    private static int CheckSizes(Model model, Model compacted, int seed)
    {
        var checks = 0;
        var channels = model.Network.Nodes.OfType<InputNode>().Single().Channels;
        foreach (var (height, width) in Sizes)
        {
            if (!Runs(model.Network, height, width)) continue;
            Equality.AssertSame(model, compacted, Equality.Image(channels, height, width, seed), $"seed {seed} at {height} x {width}");
            checks++;
        }

        return checks;
    }

    private static bool Runs(Network network, int height, int width)
    {
        try
        {
            NetworkShapes.Infer(network, height, width);
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }
}
