using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.Runtime.Steps;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>What a plan does not spend steps on.</summary>
public class PlanStepsTests
{
    /// <summary>A compacted residual stream: each block adds to channels that the stream has, and to one that it does not have yet.</summary>
    [Fact]
    public void A_stream_that_gains_channels_is_never_copied()
    {
        var g = new NetworkBuilder("stream");
        var stream = g.Relu(g.Conv2d(g.Input(2), "stem", 3, 3, padding: 1));
        var own = new[] { new[] { 0, 2, 3 }, [1, 2, 4], [0, 5] };
        foreach (var (block, channels) in own.Index())
        {
            var width = g.ChannelsOf(stream);
            var inner = g.Relu(g.Conv2d(stream, $"inner{block}", 4, 1));
            var sum = g.Conv2d(inner, $"outer{block}", channels.Length, 3, padding: 1);
            stream = g.Add(new MergeOperand(stream, [.. Enumerable.Range(0, width)]), new MergeOperand(sum, [.. channels]), width + 1, $"add{block}");
        }

        g.Output("result", g.Conv2d(stream, "head", 2, 1));
        var model = RandomWeights.Fill(g.Build(), 1);
        var image = Equality.Image(2, 5, 9, seed: 1);
        foreach (var level in TestedWidths.All)
        {
            var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
            Assert.All(PlanBuilder.Build(lowered, 5, 9).Steps, step => Assert.IsType<ConvStep>(step));
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, PlanRun.Run(lowered, image, parts: 2), $"stream at {level}");
        }
    }

    /// <summary>Heads of one map, one of which starts from two static maps; what reads them stands between them, and one adds a map to its sums.</summary>
    [Fact]
    public void Convolutions_that_read_the_same_in_the_same_way_are_one_step()
    {
        var g = new NetworkBuilder("siblings");
        var image = g.Input(3);
        var stem = g.Conv2d(image, "stem", 5, 1);
        var first = g.Conv2d(stem, "first", 4, 3, padding: 1);
        var doubled = g.Add(new MergeOperand(first), new MergeOperand(first), 4, "doubled");
        var border = g.Conv2d(g.Ones(stem), "border", 2, 3, padding: 1);
        var even = g.Conv2d(g.Ones(stem), "even", 3, 1);
        var second = g.Add(new MergeOperand(g.Conv2d(stem, "second", 3, 3, padding: 1)), new MergeOperand(border, [0, 2]), 3, "start");
        second = g.Add(new MergeOperand(even), new MergeOperand(second), 3, "more");
        var active = g.Relu(g.Conv2d(stem, "active", 4, 3, padding: 1));
        var added = g.Conv2d(stem, "added", 4, 3, padding: 1);
        var narrow = g.Conv2d(stem, "narrow", 4, 1);
        var sum = g.Add(new MergeOperand(added), new MergeOperand(narrow), 4, "sum");
        foreach (var (name, node) in new[] { ("doubled", doubled), ("second", second), ("active", active), ("sum", sum) }) g.Output(name, node);
        var model = RandomWeights.Fill(g.Build(), 1);
        foreach (var (height, width) in new[] { (5, 9), (17, 40) })
        {
            var pixels = Equality.Image(3, height, width, seed: 1);
            foreach (var level in TestedWidths.All)
            {
                var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
                var steps = PlanBuilder.Build(lowered, height, width).Steps;
                Assert.Equal(["stem", "first+more", "doubled", "active.relu", "narrow", "sum"], steps.Select(s => s.Name));
                PlanRun.AssertEqual(ReferenceExecutor.Run(model, pixels), model.Network, PlanRun.Run(lowered, pixels, parts: 2), $"siblings at {level}");
            }
        }
    }
}
