using Secateur.Graph;
using Secateur.Reference;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning.Compaction;

/// <summary>Whether two models compute the same, in double: only the rounding of the rewritten weights to float32 may differ.</summary>
internal static class Equality
{
    public static Volume Image(int channels, int height, int width, int seed)
    {
        var random = new Random(seed);
        return new Volume(channels, height, width).Map((_, _) => RandomWeights.Normal(random));
    }

    /// <summary>
    /// Asserts that all outputs and levels agree within 1e-5 of the largest value of each, or 1e-6 of the largest anywhere in the network
    /// (an output that is a small difference of large values keeps their rounding).
    /// </summary>
    public static void AssertSame(Model expected, Model actual, Volume image, string where)
    {
        Assert.Equal(expected.Network.Outputs.Select(o => o.Name), actual.Network.Outputs.Select(o => o.Name));
        Assert.Equal(expected.Network.Head.Levels.Length, actual.Network.Head.Levels.Length);
        var (left, right) = (ReferenceExecutor.Run(expected, image), ReferenceExecutor.Run(actual, image));
        var largest = left.Max(v => v.Data.Max(Math.Abs));
        foreach (var (name, a, b) in ResultsOf(expected.Network).Zip(ResultsOf(actual.Network), (x, y) => (x.Name, left[x.Node], right[y.Node])))
        {
            Assert.Equal((a.Channels, a.Height, a.Width), (b.Channels, b.Height, b.Width));
            var scale = a.Data.Max(Math.Abs);
            var difference = a.Data.Zip(b.Data, (x, y) => Math.Abs(x - y)).Max();
            var allowed = Math.Max(1e-5 * scale, 1e-6 * largest);
            Assert.True(difference <= allowed, $"{where}: '{name}' differs by {difference:E2}; largest value {scale:E2}, anywhere {largest:E2}");
        }
    }

    private static IEnumerable<(string Name, int Node)> ResultsOf(Network network) =>
        network.Outputs.Select(o => (o.Name, o.Node))
            .Concat(network.Head.Levels.SelectMany((l, k) => new[] { ($"boxes {k}", l.Loc), ($"scores {k}", l.Scores) }));
}
