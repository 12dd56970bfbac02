using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Runtime;
using Secateur.Runtime.Steps;
using Secateur.Tests.Pruning.Compaction;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>Depthwise convolutions with the 1x1 convolutions around them, as one step, against the definition.</summary>
public class SeparableStepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Small_blocks_compute_what_the_definition_says(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 25; i++) Check(RandomBlock(random), random.Next(3, 14), random.Next(3, 20), random.Next());
    }

    /// <summary>Maps of many chunks, so that the rings turn.</summary>
    [Theory]
    [InlineData(40, 71)]
    [InlineData(7, 331)]
    public void Large_blocks_compute_what_the_definition_says(int height, int width)
    {
        foreach (var stride in new[] { 1, 2 })
        {
            foreach (var expanded in new[] { 0, 13 }) Check(new Block(5, expanded, 3, stride, 1, 5, AddsInput: stride == 1), height, width, seed: width);
        }
    }

    /// <summary>Each 1x1 convolution belongs to one step only, and of one channel it might be taken for a depthwise one.</summary>
    [Theory]
    [InlineData(4, 3)]
    [InlineData(1, 3)]
    [InlineData(1, 1)]
    public void Blocks_in_a_row_compute_what_the_definition_says(int channels, int kernel)
    {
        var g = new NetworkBuilder("row");
        var x = g.Input(channels);
        for (var i = 0; i < 3; i++)
        {
            x = g.Relu(g.Conv2d(x, $"depthwise{i}", channels, kernel, padding: kernel / 2, groups: channels));
            x = g.Relu(g.Conv2d(x, $"pointwise{i}", channels, 1));
        }

        g.Output("y", x);
        var model = RandomWeights.Fill(g.Build(), 1);
        var image = Equality.Image(channels, 9, 11, seed: 1);
        foreach (var level in Enum.GetValues<SimdLevel>())
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, PlanRun.Run(new LoweredModel(model, level), image, parts: 2), $"{channels}, {level}");
    }

    [Fact]
    public void Huge_depthwise_kernels_stay_off_the_stack()
    {
        var g = new NetworkBuilder("huge");
        g.Output("y", g.Conv2d(g.Conv2d(g.Input(1), "depthwise", 1, 1501, padding: 750), "pointwise", 2, 1));
        var lowered = new LoweredModel(RandomWeights.Fill(g.Build(), 1), SimdLevel.Vector128);
        Assert.DoesNotContain(PlanBuilder.Build(lowered, 3, 3).Steps, s => s is SeparableStep);
    }

    [Fact]
    public void A_sum_over_its_own_input_is_written_in_place()
    {
        var model = RandomWeights.Fill(new Block(4, 8, 3, 1, 1, 4, AddsInput: true).ToNetwork(), 1);
        var steps = PlanBuilder.Build(new LoweredModel(model, SimdLevel.Vector128), 9, 9).Steps;
        Assert.Contains(steps, s => s is SaveEdgesStep);
    }

    private static Block RandomBlock(Random random)
    {
        var kernel = random.Next(3) == 0 ? 5 : 3;
        var stride = random.Next(1, 3);
        var inputs = random.Next(1, 12);
        var padding = random.Next(2) == 0 ? kernel / 2 : random.Next(0, 2);
        var keeps = stride == 1 && padding == kernel / 2 && random.Next(3) > 0;
        return new Block(inputs, random.Next(3) == 0 ? 0 : random.Next(1, 20), kernel, stride, padding, keeps ? inputs : random.Next(1, 12), keeps);
    }

    private static void Check(Block block, int height, int width, int seed)
    {
        if (height + (2 * block.Padding) < block.Kernel || width + (2 * block.Padding) < block.Kernel) return;
        var model = RandomWeights.Fill(block.ToNetwork(), seed);
        var image = Equality.Image(2, height, width, seed);
        var expected = ReferenceExecutor.Run(model, image);
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var lowered = new LoweredModel(model, level);
            Assert.Equal(block is { Kernel: 3, Padding: 1 }, PlanBuilder.Build(lowered, height, width).Steps.Any(s => s is SeparableStep));
            var whole = PlanRun.Run(lowered, image, parts: 1);
            PlanRun.AssertEqual(expected, model.Network, whole, $"{block} at {height} x {width}, {level}");
            foreach (var parts in new[] { 2, 3, 5 })
            {
                foreach (var (name, values) in PlanRun.Run(lowered, image, parts)) Assert.Equal(whole[name], values);
            }
        }
    }

    /// <summary>An inverted residual block behind a convolution that makes its input; without expansion where <paramref name="Expanded"/> is 0.</summary>
    private sealed record Block(int Inputs, int Expanded, int Kernel, int Stride, int Padding, int Outputs, bool AddsInput)
    {
        public Network ToNetwork()
        {
            var g = new NetworkBuilder("block");
            var input = g.Relu(g.Conv2d(g.Input(2), "stem", Inputs, 3, padding: 1));
            var x = Expanded == 0 ? input : g.PRelu(g.Conv2d(input, "expand", Expanded, 1, bias: true), "expand_slope");
            var channels = g.ChannelsOf(x);
            x = g.PRelu(g.Conv2d(x, "depthwise", channels, Kernel, Stride, Padding, groups: channels, bias: true), "depthwise_slope");
            x = g.Conv2d(x, "project", Outputs, 1, bias: true);
            if (AddsInput) x = g.Add(input, x, "sum");

            // A reader, so that the sum is no result and may take its input's place.
            g.Output("y", g.Conv2d(x, "head", 2, 1));
            return g.Build();
        }
    }
}
