using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>Networks as a model file may hold them: valid, but made to exhaust the stack or the memory of who runs them.</summary>
public class HostileNetworkTests
{
    // As small as threads get on some systems.
    private const int SmallStack = 256 * 1024;

    [Fact]
    public void A_long_chain_of_selections_runs()
    {
        var g = new NetworkBuilder("chain");
        var x = g.Input(3);
        for (var i = 0; i < 4000; i++) x = g.Select(x, 0, 1, 2);
        g.Output("y", x);
        var model = Model(g);
        OnSmallStack(() => Run(model, 5, 7));
    }

    [Fact]
    public void A_long_chain_of_selections_before_a_block_that_sums_in_place_runs()
    {
        var g = new NetworkBuilder("block");
        var stream = g.Relu(g.Conv2d(g.Input(3), "stem", 3, 1));
        var x = stream;
        for (var i = 0; i < 4000; i++) x = g.Select(x, 0, 1, 2);
        x = g.Conv2d(g.Conv2d(x, "depthwise", 3, 3, padding: 1, groups: 3), "project", 3, 1);
        g.Output("y", g.Relu(g.Conv2d(g.Add(stream, x, "sum"), "head", 1, 1)));
        var model = Model(g);
        OnSmallStack(() => Run(model, 5, 7));
    }

    [Fact]
    public void A_long_chain_behind_a_plane_of_ones_is_compacted_or_refused()
    {
        var g = new NetworkBuilder("deep");
        var input = g.Input(3);
        var x = g.Conv2d(g.Ones(input), "fixed", 3, kernel: 3, padding: 1);
        for (var i = 0; i < 4000; i++) x = g.Relu(x);
        g.Output("y", g.Add(input, x, "add"));
        var model = Model(g);
        OnSmallStack(() =>
        {
            try
            {
                Run(Compactor.Compact(model), 5, 7);
            }
            catch (NetworkException error)
            {
                Assert.Contains("too many nodes", error.Message, StringComparison.Ordinal);
            }
        });
    }

    /// <summary>Networks that are rewritten when they are loaded: two convolutions share a weight, and something does not depend on the image.</summary>
    [Theory]
    [InlineData("sizes", 1000, 16)]
    [InlineData("sizes", 4000, 16)]
    [InlineData("subsets", 20, 256)]
    [InlineData("sums", 900, 64)]
    [InlineData("uses", 300, 16)]
    [InlineData("channels", 900, 16)]
    [InlineData("slices", 900, 256)]
    [InlineData("groups", 1, 16)]
    public void What_is_fixed_takes_little_memory_to_find(string kind, int count, int megabytes)
    {
        var g = new NetworkBuilder(kind);
        var input = g.Input(3);
        g.Output("a", g.Conv2d(input, "shared", 1, 1));
        g.Output("b", g.Conv2d(input, "shared", 1, 1));
        var ones = g.Ones(input);
        g.Output("y", kind switch
        {
            "sizes" => Repeat(ones, (x, _) => g.Conv2d(x, "half", 1, 1, stride: 2)),
            "subsets" => Repeat(
                g.Conv2d(ones, "fixed", 128, 3, padding: 1),
                (x, i) => g.Add(g.Select(x, AllBut(g.ChannelsOf(x), i)), g.Select(x, AllBut(g.ChannelsOf(x), i + 1)), "sum")),
            "sums" => g.Add(g.Conv2d(input, "stem", 64, 1), Repeat(g.Conv2d(ones, "fixed", 64, 3, padding: 1), (x, _) => g.Add(x, x, "sum")), "last"),
            "uses" => Repeat(g.Conv2d(input, "first", 150, 1), (x, i) =>
            {
                var live = g.Conv2d(input, "stem", 149, 1);
                var mixed = g.Concat("mixed", [g.Select(live, [.. Enumerable.Range(0, (i % 148) + 1)]), ones, g.Select(live, [.. Enumerable.Range((i % 148) + 1, 148 - (i % 148))])]);
                return g.Add(g.Conv2d(mixed, "block", 150, 3, padding: 1), x, "sum");
            }),
            "slices" => Repeat(g.Conv2d(g.Conv2d(ones, "fixed", 64, 3, padding: 1), "block", 64, 31, padding: 15), (x, i) =>
            {
                g.Output($"part{i}", g.Select(x, [.. Enumerable.Range(0, 64).Where(c => c != i / 31 && c != 32 + (i % 31))]));
                return x;
            }),
            "groups" => g.Conv2d(
                g.Concat("uneven", [g.Conv2d(ones, "fixed", 15_999, 3, padding: 1), ones]), "block", 8000, 3, padding: 1, groups: 8000),
            _ => g.Select(Repeat(g.Concat("many", [.. Enumerable.Repeat(input, 20_000)]), (x, _) => g.Relu(x)), 0),
        });
        var model = Model(g);
        OnSmallStack(() =>
        {
            var weights = new InferenceEngine(model).WeightBytes;
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(weights + allocated < megabytes * 1_000_000L, $"{weights} bytes of weights, {allocated} bytes allocated");
        });

        int Repeat(int x, Func<int, int, int> next)
        {
            for (var i = 0; i < count; i++) x = next(x, i);
            return x;
        }

        static int[] AllBut(int channels, int one) => [.. Enumerable.Range(0, channels).Where(c => c != one)];
    }

    [Fact]
    public void A_wide_map_is_upsampled_on_a_small_stack()
    {
        var g = new NetworkBuilder("wide");
        var input = g.Input(3);
        g.Output("y", g.Upsample(input, input, UpsampleMode.Bilinear));
        var model = Model(g);
        OnSmallStack(() => Run(model, 1, 300_000));
    }

    [Fact]
    public void Too_many_nodes_are_refused()
    {
        var g = new NetworkBuilder("long");
        var x = g.Input(3);
        for (var i = 0; i < 5000; i++) x = g.Relu(x);
        g.Output("y", x);
        Assert.Contains("5001 nodes", Assert.Throws<NetworkException>(() => g.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_memory_than_the_machine_has_is_refused_before_it_is_touched()
    {
        var g = new NetworkBuilder("large");
        var x = g.Input(3);
        var large = g.Concat("c0", [.. Enumerable.Repeat(x, 4000)]);
        for (var i = 1; i <= 40; i++) g.Output($"y{i}", large = g.Relu(g.BatchNorm(large, $"norm{i}")));
        var model = Model(g);
        Assert.Contains("GB of memory", Assert.Throws<NetworkException>(() => Run(model, 100, 160)).Message, StringComparison.Ordinal);
    }

    private static Model Model(NetworkBuilder g) => RandomWeights.Fill(g.Build(), 1);

    private static void Run(Model model, int height, int width)
    {
        using var session = new InferenceEngine(model).CreateSession();
        session.Run(new byte[height * width * 3], height, width);
    }

    private static void OnSmallStack(Action action) => HangGuard.Run(action, SmallStack);
}
