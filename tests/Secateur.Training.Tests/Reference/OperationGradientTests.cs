using Secateur.Graph;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Training.Tests.Reference;

/// <summary>Each operation alone, element by element: the input's gradient and every parameter's.</summary>
public class OperationGradientTests
{
    private const double Tolerance = 1e-8;

    private static readonly (int Height, int Width)[] Sizes = [(1, 1), (1, 3), (7, 5), (6, 9)];

    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 2, 0, 1)]
    [InlineData(1, 4, 0, 2)]
    [InlineData(2, 3, 1, 1)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(3, 1, 0, 1)]
    [InlineData(3, 1, 2, 3)]
    [InlineData(3, 2, 1, 1)]
    [InlineData(3, 2, 2, 2)]
    [InlineData(3, 4, 0, 1)]
    [InlineData(5, 1, 2, 1)]
    [InlineData(5, 2, 0, 6)]
    [InlineData(5, 4, 2, 1)]
    [InlineData(5, 4, 4, 1)]
    public void Convolution(int kernel, int stride, int padding, int groups)
    {
        var runs = 0;
        foreach (var channels in groups == 1 ? [1, 3] : new[] { groups, 2 * groups })
        {
            foreach (var (height, width) in Sizes.Where(s => Math.Min(s.Height, s.Width) + (2 * padding) >= kernel))
            {
                foreach (var bias in new[] { false, true })
                {
                    runs++;
                    Check((g, x) => g.Conv2d(x, "conv", 2 * groups, kernel, stride, padding, groups, bias), channels, height, width);
                }
            }
        }

        Assert.True(runs > 3, $"only {runs} shapes");
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 7, 5)]
    public void Batch_norm(int channels, int height, int width) => Check((g, x) => g.BatchNorm(x, "norm"), channels, height, width);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 7, 5)]
    public void Activations(int channels, int height, int width)
    {
        Check((g, x) => g.Relu(x), channels, height, width);
        Check((g, x) => g.PRelu(x, "slope"), channels, height, width);
        Check((g, x) => g.PRelu(x, "slopes", perChannel: true), channels, height, width);
        Check((g, x) => g.Clip(x, -0.5f, 0.75f), channels, height, width);
        Check((g, x) => g.Clip(x, float.NegativeInfinity, 0.25f), channels, height, width);
        Check((g, x) => g.Sigmoid(x), channels, height, width);
    }

    [Theory]
    [InlineData(2, 1, 1, 3)]
    [InlineData(3, 1, 2, 2)]
    [InlineData(3, 2, 2, 2)]
    [InlineData(3, 1, 0, 2)]
    [InlineData(3, 3, 4, 4)]
    public void Dilated_convolution(int kernel, int stride, int padding, int dilation)
    {
        Check((g, x) => g.Conv2d(x, "conv", 4, kernel, stride, padding, groups: 1, bias: true, dilation), 2, 9, 11);
        Check((g, x) => g.Conv2d(x, "conv", 2, kernel, stride, padding, groups: 2, bias: false, dilation), 2, 9, 11);
    }

    [Fact]
    public void Products()
    {
        Check((g, x) => g.Multiply(x, x, "square"), 3, 7, 5);
        Check((g, x) => g.Multiply(x, g.Sigmoid(x), "swish"), 2, 1, 1);
        Check((g, x) => g.Multiply(x, g.Sigmoid(g.GlobalAveragePool(x)), "excited"), 3, 7, 5);
    }

    [Theory]
    [InlineData(2, 2, 0, false)]
    [InlineData(3, 2, 1, false)]
    [InlineData(3, 1, 1, true)]
    [InlineData(4, 3, 2, true)]
    public void Average_pooling(int kernel, int stride, int padding, bool countPadding) =>
        Check((g, x) => g.AveragePool2d(x, kernel, stride, padding, countPadding), 2, 7, 5);

    [Fact]
    public void Sums_of_operands_that_lack_channels()
    {
        Check((g, x) => g.Add(x, x, "twice"), 3, 7, 5);
        Check((g, x) => g.Add(new MergeOperand(x, [0, 3]), new MergeOperand(g.Conv2d(x, "conv", 4, 1), [1, 2, 3, 4]), 6, "sum"), 2, 5, 7);
        Check((g, x) => g.Add(new MergeOperand(g.Conv2d(x, "conv", 1, 3, padding: 1), [2]), new MergeOperand(x), 3, "sum"), 3, 1, 1);
    }

    [Fact]
    public void Weighted_fusion()
    {
        Check((g, x) => g.Fuse(x, g.Conv2d(x, "conv", 3, 1), "fusion", column: 1, columns: 3), 3, 7, 5);
        Check((g, x) =>
        {
            var other = g.Conv2d(x, "conv", 3, 1);
            g.Declare("fusion", ParameterKind.FusionWeight, 2, 2);
            var first = g.Append(new WeightedFusionNode("a", new MergeOperand(x, [1, 4]), new MergeOperand(other, [0, 1, 3]), 5, "fusion", 0), 5);
            return g.Append(new WeightedFusionNode("b", new MergeOperand(other, [0, 2, 3]), new MergeOperand(first), 5, "fusion", 1), 5);
        }, 2, 5, 7);
    }

    [Theory]
    [InlineData(UpsampleMode.Nearest, 7, 5, 2)]
    [InlineData(UpsampleMode.Nearest, 9, 11, 4)]
    [InlineData(UpsampleMode.Bilinear, 7, 5, 2)]
    [InlineData(UpsampleMode.Bilinear, 9, 11, 4)]
    [InlineData(UpsampleMode.Bilinear, 3, 2, 4)]
    public void Upsampling_to_sizes_that_are_no_multiples(UpsampleMode mode, int height, int width, int stride) =>
        Check((g, x) => g.Upsample(g.Conv2d(x, "conv", 2, 1, stride), x, mode), 2, height, width);

    [Theory]
    [InlineData(UpsampleMode.Nearest)]
    [InlineData(UpsampleMode.Bilinear)]
    public void Upsampling_that_shrinks(UpsampleMode mode) =>
        Check((g, x) => g.Upsample(x, g.Conv2d(g.Ones(x), "like", 1, 3, stride: 2, padding: 1), mode), 2, 7, 5);

    [Fact]
    public void Channels_joined_selected_and_maximised()
    {
        Check((g, x) => g.Concat("join", x, g.Relu(x), x), 3, 7, 5);
        Check((g, x) => g.Select(x, 0, 2, 3), 5, 7, 5);
        Check((g, x) => g.MaxOut(x), 4, 7, 5);
        Check((g, x) => g.MaxOut(x), 2, 1, 1);
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 1, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(3, 3, 0)]
    public void Max_pooling(int kernel, int stride, int padding) => Check((g, x) => g.MaxPool2d(x, kernel, stride, padding), 2, 7, 5);

    [Fact]
    public void Shared_layers_sum_their_gradients()
    {
        Check((g, x) =>
        {
            for (var pass = 0; pass < 3; pass++) x = g.PRelu(g.BatchNorm(g.Conv2d(x, "conv", 2, 3, padding: 1, bias: true), "norm"), "slope");
            return x;
        }, 2, 7, 5);
    }

    [Fact]
    public void What_does_not_depend_on_the_image_has_parameters_too() =>
        Check((g, x) => g.Add(g.Conv2d(g.Ones(x), "edge", 2, 3, padding: 1), x, "sum"), 2, 5, 3);

    private static void Check(Func<NetworkBuilder, int, int> build, int channels, int height, int width)
    {
        var g = new NetworkBuilder("operation");
        g.Output("y", build(g, g.Input(channels)));
        var model = RandomWeights.Fill(g.Build(), seed: channels);
        var where = $"[2, {channels}, {height}, {width}]";
        var elements = (2 * channels * height * width) + model.Network.Parameters.Where(p => p.IsLearnable).Sum(p => p.Count);

        var checkedElements = new GradientCheck(model, 2, height, width, seed: height).Check(int.MaxValue, Tolerance, where);

        Assert.Equal(elements, checkedElements);
    }
}
