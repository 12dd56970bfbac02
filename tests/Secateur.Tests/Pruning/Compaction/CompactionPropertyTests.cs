using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.Reference;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning.Compaction;

public class CompactionPropertyTests
{
    private const int Seeds = 300;

    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (2, 1), (1, 4), (3, 3), (7, 5), (6, 9), (13, 10)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_network_under_any_mask_computes_the_same_at_any_size(bool imported)
    {
        var (checks, smaller, patterns) = (0, 0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var model = imported ? RandomNetworks.CreateImported(seed) : RandomNetworks.Create(seed);
            var compacted = Compactor.Compact(model);
            var ran = CheckSizes(model, compacted, seed);
            checks += ran;
            if (compacted.Network.Nodes.OfType<OnesNode>().Any()) patterns++;
            CheckPlan(compacted, seed);
            if (ran == 0) continue;
            var (before, after) = (ModelSize.Of(model, 13, 10), ModelSize.Of(compacted, 13, 10));
            if (after.Macs < before.Macs) smaller++;
            var twice = Compactor.Compact(compacted);
            CheckSize(model, twice, (13, 10), seed);
            Assert.True(ModelSize.Of(twice, 13, 10).Macs <= after.Macs, $"seed {seed}: compacting again costs multiply-adds");
        }

        Assert.True(checks > 5 * Seeds, $"only {checks} comparisons");
        Assert.True(smaller > Seeds / 2, $"only {smaller} networks got cheaper");
        Assert.True(patterns > Seeds / 3, $"only {patterns} networks have border patterns");
    }

    private static int CheckSizes(Model model, Model compacted, int seed)
    {
        var possible = Sizes.Where(s => Runs(model.Network, s.Height, s.Width)).ToList();
        foreach (var size in possible) CheckSize(model, compacted, size, seed);
        return possible.Count;
    }

    private static void CheckSize(Model model, Model compacted, (int Height, int Width) size, int seed)
    {
        var channels = model.Network.Nodes.OfType<InputNode>().Single().Channels;
        Equality.AssertSame(model, compacted, Equality.Image(channels, size.Height, size.Width, seed), $"seed {seed} at {size.Height} x {size.Width}");
    }

    /// <summary>The inference plan, which fuses, overwrites and precomputes, against the reference operations.</summary>
    private static void CheckPlan(Model model, int seed)
    {
        using var session = new InferenceEngine(model).CreateSession();
        (int Height, int Width)[] sizes = [.. Sizes, (37, 41)];
        foreach (var (height, width) in sizes.Where(s => Runs(model.Network, s.Height, s.Width)))
        {
            var image = Equality.Image(model.Network.Nodes.OfType<InputNode>().Single().Channels, height, width, seed);
            var expected = ReferenceExecutor.Run(model, image);
            session.Run([.. image.Data.Select(v => (float)v)], height, width);
            var largest = expected.Max(v => v.Data.Max(Math.Abs));
            foreach (var output in model.Network.Outputs)
            {
                var actual = new float[expected[output.Node].Data.Length];
                session.CopyOutput(output.Name, actual);
                var difference = actual.Zip(expected[output.Node].Data, (a, b) => Math.Abs(a - b)).Max();
                Assert.True(difference <= 1e-5 * largest, $"seed {seed} at {height} x {width}: '{output.Name}' differs by {difference:E2}; largest value anywhere {largest:E2}");
            }
        }
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
