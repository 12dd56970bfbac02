using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Lowering.Parameters;
using Secateur.Reference;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>The definitions themselves, on cases worked out by hand.</summary>
public class ReferenceOperationTests
{
    [Fact]
    public void Convolution_is_a_cross_correlation_with_zeros_around()
    {
        var input = Square(1, 2, 3, 4);
        var weight = new Tensor([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var result = Conv2dReference.Run(input, weight, new Tensor([1], [0.5f]), new ConvGeometry(3, 1, 1, 1));

        // Top left: 5*1 + 6*2 + 8*3 + 9*4; and so on around the corners.
        Assert.Equal([77.5, 67.5, 47.5, 37.5], result.Data);
    }

    [Fact]
    public void A_strided_convolution_skips_and_a_grouped_one_stays_apart()
    {
        var input = new Volume(2, 1, 5);
        double[] values = [1, 2, 3, 4, 5, 10, 20, 30, 40, 50];
        values.CopyTo(input.Data, 0);
        var result = Conv2dReference.Run(input, new Tensor([2, 1, 1, 1], [2, 3]), bias: null, new ConvGeometry(1, 2, 0, 2));
        Assert.Equal([2, 6, 10, 30, 90, 150], result.Data);
    }

    [Theory]
    [InlineData(5, 3, 1, 1, 5)]
    [InlineData(5, 3, 2, 1, 3)]
    [InlineData(4, 3, 2, 1, 2)]
    [InlineData(7, 5, 4, 2, 2)]
    [InlineData(3, 3, 1, 0, 1)]
    [InlineData(2, 3, 1, 0, 0)]
    public void Output_size_counts_whole_windows(int size, int kernel, int stride, int padding, int expected) =>
        Assert.Equal(expected, new ConvGeometry(kernel, stride, padding, 1).OutputSize(size));

    [Fact]
    public void Batch_norm_is_scale_and_shift()
    {
        var affine = ChannelAffine.FromNorm(One(3), One(1), One(5), One(4), epsilon: 0);
        Assert.Equal(1.5, affine.Scale[0]);
        Assert.Equal(1 - (1.5 * 5), affine.Shift[0]);
    }

    [Fact]
    public void Fusion_weights_are_cut_at_zero_and_divided_by_their_sum_twice()
    {
        var weights = new Tensor([2, 2], [3, -1, 1, 2]);
        Assert.Equal(new FusionWeights(0.75, 0.25), FusionWeights.FromColumn(weights, 0, epsilon: 0));
        Assert.Equal(new FusionWeights(0, 1), FusionWeights.FromColumn(weights, 1, epsilon: 0));
        var (first, _) = FusionWeights.FromColumn(weights, 0, epsilon: 1);
        Assert.Equal(3 / 5.0 / ((4 / 5.0) + 1), first, 1e-12);
    }

    [Fact]
    public void An_operand_adds_to_the_channels_that_it_has()
    {
        var sum = new Volume(3, 1, 1);
        MergeReference.Accumulate(sum, new Volume(2, 1, 1).Map((_, c) => c + 1), [0, 2], 10);
        Assert.Equal([10, 0, 20], sum.Data);
    }

    [Theory]
    [InlineData(2, 0.5, 2)]
    [InlineData(-2, 0.5, -1)]
    [InlineData(-2, 0, 0)]
    public void Activation_bends_at_zero(double x, double slope, double expected) => Assert.Equal(expected, ActivationReference.Apply(x, slope));

    [Fact]
    public void A_tensor_holds_what_its_shape_says()
    {
        Assert.Equal(1, Tensor.CountElements([]));
        Assert.Throws<ArgumentException>(() => new Tensor([2, 3], new float[5]));
        Assert.Throws<OverflowException>(() => Tensor.CountElements([1 << 20, 1 << 20]));
        var tensor = new Tensor(2, 3);
        tensor.Clone().Data[0] = 1;
        Assert.Equal(0, tensor.Data[0]);
        Assert.Equal("[2, 3]", tensor.ToString());
    }

    private static Tensor One(float value) => new([1], [value]);

    private static Volume Square(params double[] values)
    {
        var square = new Volume(1, 2, 2);
        values.CopyTo(square.Data, 0);
        return square;
    }
}
