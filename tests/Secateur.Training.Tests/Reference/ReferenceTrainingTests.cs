using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Reference;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Reference;

/// <summary>What finite differences cannot see: forward results, running statistics, and the choices at kinks.</summary>
public class ReferenceTrainingTests
{
    [Fact]
    public void Batch_norm_uses_the_statistics_of_the_batch_and_updates_the_running_ones_once_a_use()
    {
        var g = new NetworkBuilder("norms");
        var x = g.BatchNorm(g.Input(1), "norm");
        g.Output("y", g.BatchNorm(x, "norm"));
        var training = new ReferenceTraining(ModelOf(g, ("norm.weight", 2), ("norm.bias", 3), ("norm.running_mean", 10), ("norm.running_var", 20)));

        var results = training.Forward([Row(1, 2), Row(3, 6)]);

        // Mean 3, variance 14 / 4; then mean 3 (beta), variance gamma squared.
        var deviation = Math.Sqrt(3.5 + 1e-5);
        double[] expected = [3 - (2 * 2 / deviation), 3 - (2 / deviation), 3, 3 + (2 * 3 / deviation)];
        AssertEqual(expected, Batches.Join(results[x]));
        Assert.Equal((0.9 * ((0.9 * 10) + (0.1 * 3))) + (0.1 * 3), training.Parameters["norm.running_mean"][0], 1e-12);
        var unbiased = 4 * 3.5 / (3.5 + 1e-5) * 4 / 3;
        Assert.Equal((0.9 * ((0.9 * 20) + (0.1 * 14 / 3))) + (0.1 * unbiased), training.Parameters["norm.running_var"][0], 1e-12);
    }

    [Fact]
    public void One_value_a_channel_has_no_variance()
    {
        var g = new NetworkBuilder("norm");
        g.Output("y", g.BatchNorm(g.Input(2), "norm"));
        var training = new ReferenceTraining(RandomWeights.Fill(g.Build(), 1));

        var error = Assert.Throws<NetworkException>(() => training.Forward([new Volume(2, 1, 1)]));

        Assert.Contains("'norm' gets one value a channel", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new ReferenceTraining(RandomWeights.Fill(g.Build(), 1)).Backward([]));
    }

    [Fact]
    public void Convolutions_are_the_sums_of_their_definition()
    {
        foreach (var kernel in new[] { 1, 3, 5 })
        {
            foreach (var (stride, padding, groups) in new[] { (1, 0, 1), (1, kernel / 2, 6), (2, kernel / 2, 2), (4, kernel - 1, 3), (2, 0, 1) })
            {
                var g = new NetworkBuilder("conv");
                g.Output("y", g.Conv2d(g.Input(6), "conv", 12, kernel, stride, padding, groups, bias: true));
                var model = RandomWeights.Fill(g.Build(), kernel);
                var batch = Batches.Split(Batches.Random(2 * 6 * 9 * 7, stride), 2, 6, 9, 7);

                var actual = new ReferenceTraining(model).Forward(batch)[1];

                var (weight, bias) = (model.Weights["conv.weight"], model.Weights["conv.bias"]);
                var geometry = new ConvGeometry(kernel, stride, padding, groups);
                var expected = from x in batch
                               from o in Enumerable.Range(0, 12)
                               from row in Enumerable.Range(0, geometry.OutputSize(9))
                               from column in Enumerable.Range(0, geometry.OutputSize(7))
                               select bias.Data[o] + SumAt(x, weight, geometry, o, (row * stride) - padding, (column * stride) - padding);
                AssertEqual([.. expected], Batches.Join(actual));
            }
        }
    }

    [Fact]
    public void Activations_at_zero_have_the_slope_of_the_lower_side()
    {
        var dy = Row(1, 10, 100);
        AssertEqual([0, 0, 100], ActivationGradient.Input(dy, Row(-1, 0, 1), 0).Data);
        AssertEqual([0.25, 2.5, 100], ActivationGradient.Input(dy, Row(-1, 0, 1), 0.25).Data);
        double[] slopes = [0.5];
        ActivationGradient.AddSlopes(dy, Row(-2, 0, 3), slopes);
        AssertEqual([-1.5], slopes);
    }

    [Fact]
    public void The_first_of_equal_backgrounds_gets_the_gradient()
    {
        var x = new Volume(4, 1, 2);
        double[] values = [1, 2, 1, 3, 0, 3, 9, 9];
        values.CopyTo(x.Data, 0);

        AssertEqual([5, 0, 0, 6, 0, 0, 7, 8], MaxOutGradient.Input(new Volume(2, 1, 2) { Data = { [0] = 5, [1] = 6, [2] = 7, [3] = 8 } }, x).Data);
    }

    [Fact]
    public void Fusion_weights_that_are_cut_at_zero_get_no_gradient()
    {
        var (first, second) = FusionGradient.Raw((1, 2), 0, 3, WeightedFusionNode.Epsilon);
        Assert.Equal(0, first);
        Assert.NotEqual(0, second);
        Assert.Equal((0, 0), FusionGradient.Raw((1, 2), -1, 0, WeightedFusionNode.Epsilon));
    }

    [Fact]
    public void Parameters_that_no_gradient_reaches_get_zeros_and_a_node_given_twice_counts_twice()
    {
        var g = new NetworkBuilder("two");
        var x = g.Input(1);
        var (a, b) = (g.Conv2d(x, "a", 1, 1), g.Conv2d(x, "b", 1, 1));
        g.Output("a", a);
        g.Output("b", b);
        var training = new ReferenceTraining(ModelOf(g, ("a.weight", 3), ("b.weight", 4)));
        training.Forward([Row(1, 2)]);

        var gradients = training.Backward([(a, [Row(1, 1)]), (a, [Row(0, 1)])]);

        AssertEqual([5], gradients.Parameters["a.weight"]);
        AssertEqual([0], gradients.Parameters["b.weight"]);
        AssertEqual([3, 6], gradients.Input[0].Data);
        AssertEqual([0, 0], training.Backward([]).Input[0].Data);
    }

    /// <summary>The sum of one output channel over the window that starts at a row and a column of the input, which may lie outside.</summary>
    private static double SumAt(Volume x, Tensor weight, ConvGeometry geometry, int o, int top, int left) =>
        (from k in Enumerable.Range(0, weight.Length / weight.Shape[0])
         let channel = (o / (weight.Shape[0] / geometry.Groups) * weight.Shape[1]) + (k / (geometry.Kernel * geometry.Kernel))
         let y = top + (k / geometry.Kernel % geometry.Kernel)
         let column = left + (k % geometry.Kernel)
         where y >= 0 && y < x.Height && column >= 0 && column < x.Width
         select weight.Data[(o * (weight.Length / weight.Shape[0])) + k] * x[channel, y, column]).Sum();

    private static Model ModelOf(NetworkBuilder g, params (string Name, float Value)[] weights)
    {
        var network = g.Build();
        return new Model(
            network, weights.Select(w => KeyValuePair.Create(w.Name, new Tensor(network.Parameter(w.Name).Shape.AsSpan(), [w.Value]))), new ModelInfo());
    }

    private static Volume Row(params double[] values)
    {
        var row = new Volume(1, 1, values.Length);
        values.CopyTo(row.Data, 0);
        return row;
    }

    private static void AssertEqual(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-12);
    }
}
