using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Runtime;
using Secateur.Runtime.Steps;
using Secateur.Tests.Pruning.Compaction;
using Secateur.TestSupport;
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
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var lowered = new LoweredModel(model, level);
            Assert.All(PlanBuilder.Build(lowered, 5, 9).Steps, step => Assert.IsType<ConvStep>(step));
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, PlanRun.Run(lowered, image, parts: 2), $"stream at {level}");
        }
    }
}
