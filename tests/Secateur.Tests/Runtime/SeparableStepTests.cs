using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.Runtime.Steps;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
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

    /// <summary>Maps of several tiles and bands; widths that end with a tile, a column behind it, within half of one.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 40)]
    [InlineData(2, 33)]
    [InlineData(9, 32)]
    [InlineData(9, 48)]
    [InlineData(17, 64)]
    [InlineData(80, 33)]
    [InlineData(150, 20)]
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
        foreach (var level in TestedWidths.All)
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, PlanRun.Run(new LoweredModel(FoldBatchNorm.Run(model), level), image, parts: 2), $"{channels}, {level}");
    }

    /// <summary>Others run as two convolutions.</summary>
    [Fact]
    public void Only_kernels_of_three_with_padding_one_are_joined()
    {
        foreach (var (kernel, stride, padding) in new[] { (3, 1, 1), (3, 2, 1), (3, 1, 0), (3, 3, 1), (5, 1, 2), (1501, 1, 750) })
        {
            var g = new NetworkBuilder("kernels");
            g.Output("y", g.Conv2d(g.Conv2d(g.Input(2), "depthwise", 2, kernel, stride, padding, groups: 2), "pointwise", 2, 1));
            var steps = PlanBuilder.Build(new LoweredModel(RandomWeights.Fill(g.Build(), 1), SimdLevel.Vector128), 9, 9).Steps;
            Assert.Equal((kernel, padding) == (3, 1) && stride < 3, steps.Any(s => s is SeparableStep));
        }
    }

    [Theory]
    [InlineData(8, 1, true)]
    [InlineData(0, 1, true)]
    [InlineData(8, 2, false)]
    [InlineData(0, 2, false)]
    public void Only_a_sum_over_an_input_of_its_own_size_is_written_in_place(int expanded, int stride, bool isInPlace)
    {
        // A single pixel: with stride 2, too, the sum has the size of the input.
        var model = RandomWeights.Fill(new Block(4, expanded, 3, stride, 1, 4, AddsInput: true).ToNetwork(), 1);
        Assert.Equal(isInPlace, PlanBuilder.Build(new LoweredModel(FoldBatchNorm.Run(model), SimdLevel.Vector128), 1, 1).Steps.Any(s => s is SaveEdgesStep));
    }

    [Fact]
    public void A_sum_over_an_input_that_is_read_later_is_not_written_in_place()
    {
        var g = new NetworkBuilder("later");
        var input = g.Relu(g.Conv2d(g.Input(2), "stem", 4, 3, padding: 1));
        var x = g.Conv2d(g.Relu(g.Conv2d(input, "depthwise", 4, 3, padding: 1, groups: 4)), "project", 4, 1);
        g.Output("y", g.Conv2d(g.Add(g.Conv2d(g.Add(input, x, "sum"), "next", 4, 1), input, "later"), "head", 2, 1));
        var steps = PlanBuilder.Build(new LoweredModel(RandomWeights.Fill(g.Build(), 1), SimdLevel.Vector128), 9, 9).Steps;
        Assert.DoesNotContain(steps, s => s is SaveEdgesStep);
    }

    /// <summary>
    /// As compaction leaves them: a block reads some channels of a stream, adds to some, and the sum starts from values that differ at the borders.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void Blocks_that_read_and_add_some_channels_run_in_place(int expanded)
    {
        var g = new NetworkBuilder("some");
        var image = g.Input(2);
        var stream = g.Relu(g.Conv2d(image, "stem", 5, 3, padding: 1));
        var x = g.Select(stream, 0, 2, 3);
        if (expanded > 0) x = g.PRelu(g.Conv2d(x, "expand", expanded, 1, bias: true), "expand_slope");
        x = g.PRelu(g.Conv2d(x, "depthwise", g.ChannelsOf(x), 3, padding: 1, groups: g.ChannelsOf(x), bias: true), "depthwise_slope");
        x = g.Add(g.Conv2d(x, "project", 3, 1), g.Conv2d(g.Ones(stream), "border", 3, 3, padding: 1), "start");
        stream = g.Add(new MergeOperand(stream, [0, 1, 2, 3, 4]), new MergeOperand(x, [1, 2, 5]), 6, "sum");
        g.Output("y", g.Conv2d(stream, "head", 2, 1));
        var model = RandomWeights.Fill(g.Build(), 1);
        foreach (var (height, width) in new[] { (9, 5), (19, 16), (20, 70) })
        {
            var pixels = Equality.Image(2, height, width, seed: 1);
            var expected = ReferenceExecutor.Run(model, pixels);
            foreach (var level in TestedWidths.All)
            {
                var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
                Assert.Contains(PlanBuilder.Build(lowered, height, width).Steps, s => s is SaveEdgesStep);
                foreach (var parts in new[] { 1, 2, 5 })
                    PlanRun.AssertEqual(expected, model.Network, PlanRun.Run(lowered, pixels, parts), $"{height} x {width}, {parts} parts, {level}");
            }
        }
    }

    /// <summary>What is added to depthwise sums goes through the 1x1 convolution behind to its sums, unless something else stands between.</summary>
    [Theory]
    [InlineData(1, false, false, false, true)]
    [InlineData(2, false, false, false, true)]
    [InlineData(1, true, false, false, true)]
    [InlineData(2, true, false, false, true)]
    [InlineData(1, true, true, false, true)]
    [InlineData(1, false, false, true, false)]
    [InlineData(1, true, false, true, false)]
    public void A_depthwise_convolution_may_start_from_a_static_map(int stride, bool expands, bool expandsFromStatic, bool activates, bool isJoined)
    {
        var g = new NetworkBuilder("start");
        var stem = g.Relu(g.Conv2d(g.Input(2), "stem", 3, 1));
        var ones = g.Ones(stem);
        var x = stem;
        if (expands)
        {
            x = g.Conv2d(x, "expand", 5, 1, bias: true);
            if (expandsFromStatic) x = g.Add(x, g.Conv2d(ones, "expand_border", 5, 3, padding: 1), "expand_start");
            x = g.Relu(x);
        }

        var channels = g.ChannelsOf(x);
        x = g.Conv2d(x, "depthwise", channels, 3, stride, padding: 1, groups: channels, bias: true);
        var border = g.Conv2d(ones, "border", 2, 3, stride, padding: 1);
        x = g.Add(new MergeOperand(x), new MergeOperand(border, [0, 2]), channels, "depthwise_start");
        x = g.Add(x, g.Conv2d(ones, "even", channels, 1, stride), "depthwise_more");
        if (activates) x = g.Relu(x);
        x = g.Add(g.Conv2d(x, "project", 3, 1, bias: true), g.Conv2d(ones, "project_border", 3, 3, stride, padding: 1), "project_start");
        x = g.PRelu(x, "slope");
        g.Output("y", stride == 1 ? g.Relu(g.Add(stem, x, "sum")) : x);
        g.Output("border", border);
        var model = RandomWeights.Fill(g.Build(), 1);
        foreach (var (height, width) in new[] { (1, 1), (9, 5), (19, 40) })
        {
            var pixels = Equality.Image(2, height, width, seed: 1);
            var expected = ReferenceExecutor.Run(model, pixels);
            foreach (var level in TestedWidths.All)
            {
                var lowered = new LoweredModel(model, level);
                var steps = PlanBuilder.Build(lowered, height, width).Steps;
                Assert.Equal(isJoined, steps.Any(s => s is SeparableStep));
                Assert.Equal(expands && (expandsFromStatic || !isJoined), steps.Any(s => s.Name.StartsWith("expand", StringComparison.Ordinal)));
                foreach (var parts in new[] { 1, 3 })
                    PlanRun.AssertEqual(expected, model.Network, PlanRun.Run(lowered, pixels, parts), $"{height} x {width}, {parts} parts, {level}");
            }
        }
    }

    /// <summary>A strided separable block reads the map itself, so a strided convolution beside it has its phase planes for itself, in a window.</summary>
    [Fact]
    public void A_separable_block_shares_no_phase_planes()
    {
        var g = new NetworkBuilder("beside");
        var stem = g.Relu(g.Conv2d(g.Input(2), "stem", 4, 3, padding: 1));
        g.Output("a", g.Conv2d(stem, "dense", 3, 3, stride: 2, padding: 1));
        g.Output("b", g.Conv2d(g.Conv2d(stem, "depthwise", 4, 3, stride: 2, padding: 1, groups: 4), "project", 3, 1));
        var steps = PlanBuilder.Build(new LoweredModel(RandomWeights.Fill(g.Build(), 1), SimdLevel.Vector128), 9, 9).Steps;
        Assert.DoesNotContain(steps, s => s is PhaseSplitStep);
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
        foreach (var level in TestedWidths.All)
        {
            var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
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
