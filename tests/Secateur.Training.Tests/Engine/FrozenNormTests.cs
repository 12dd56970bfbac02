using Secateur.Graph;
using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Secateur.Training.Engine.Binding;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>A norm with frozen statistics is a depthwise convolution of one tap with a bias: the engine must give the same for both.</summary>
public class FrozenNormTests
{
    private const int Images = 2;
    private const int Side = 9;

    [Fact]
    public void Values_and_gradients_are_those_of_the_folded_norm_and_statistics_stay()
    {
        var normed = RandomWeights.Fill(Network(isFolded: false), 3);
        var before = normed.Weights.ToDictionary(w => w.Key, w => (float[])w.Value.Data.Clone());
        var (outputs, frozen) = Step(normed);
        var (expected, folded) = Step(Fold(normed));
        AssertClose(expected, outputs, "outputs");
        foreach (var name in new[] { "first.weight", "second.weight", "shared.weight", "out.weight", "out.bias", "slope.weight" })
            AssertClose(folded.Gradients[folded.Parameters.RangeOf(name)], frozen.Gradients[frozen.Parameters.RangeOf(name)], name);
        foreach (var norm in new[] { "norm1", "norm2" })
        {
            var (scales, shifts) = (folded.Gradients[folded.Parameters.RangeOf($"{norm}.scale.weight")], folded.Gradients[folded.Parameters.RangeOf($"{norm}.scale.bias")]);
            var (mean, variance) = (before[$"{norm}.running_mean"], before[$"{norm}.running_var"]);
            AssertClose(shifts, frozen.Gradients[frozen.Parameters.RangeOf($"{norm}.bias")], $"{norm}.bias");
            AssertClose(
                [.. scales.Select((s, c) => (float)((s - (mean[c] * shifts[c])) / Math.Sqrt(variance[c] + 1e-5)))],
                frozen.Gradients[frozen.Parameters.RangeOf($"{norm}.weight")],
                $"{norm}.weight");
            Assert.Equal(mean, frozen.Statistics[$"{norm}.running_mean"]);
            Assert.Equal(variance, frozen.Statistics[$"{norm}.running_var"]);
        }
    }

    [Fact]
    public void One_value_a_channel_is_enough()
    {
        var g = new NetworkBuilder("point");
        g.Output("result", g.BatchNorm(g.Conv2d(g.Input(3), "conv", 4, 1), "norm"));
        var model = RandomWeights.Fill(g.Build(), 1);
        Assert.Throws<NetworkException>(() => Executor(model, 1, 1, isFrozen: false));
        using var executor = Executor(model, 1, 1, isFrozen: true).Executor;
        executor.Forward();
    }

    private static Network Network(bool isFolded)
    {
        var g = new NetworkBuilder("norms");
        var x = g.PRelu(Norm(g.Conv2d(g.Input(3), "first", 6, 3, 1, 1), "norm1"), "slope");

        // Two ways to read one norm, and a sum of maps.
        var normed = Norm(g.Conv2d(x, "second", 6, 3, 2, 1), "norm2");
        var y = g.Add(g.Relu(normed), g.Conv2d(normed, "shared", 6, 1), "sum");
        g.Output("result", g.Conv2d(y, "out", 5, 1, bias: true));
        return g.Build();

        int Norm(int input, string name) => isFolded ? g.Conv2d(input, $"{name}.scale", 6, 1, groups: 6, bias: true) : g.BatchNorm(input, name);
    }

    private static Model Fold(Model model)
    {
        var network = Network(isFolded: true);
        var weights = model.Weights.ToDictionary();
        foreach (var norm in new[] { "norm1", "norm2" })
        {
            float[] Of(string part) => model.Weights[$"{norm}.{part}"].Data;
            float[] scales = [.. Of("weight").Zip(Of("running_var"), (gamma, variance) => (float)(gamma / Math.Sqrt(variance + 1e-5)))];
            weights[$"{norm}.scale.weight"] = new Tensor([6, 1, 1, 1], scales);
            weights[$"{norm}.scale.bias"] = new Tensor([6], [.. Of("bias").Select((beta, c) => beta - (scales[c] * Of("running_mean")[c]))]);
        }

        return new Model(network, network.Parameters.Select(p => KeyValuePair.Create(p.Name, weights[p.Name])), model.Info);
    }

    private static (float[] Outputs, (float[] Gradients, ParameterVector Parameters, IReadOnlyDictionary<string, float[]> Statistics) After) Step(Model model)
    {
        var (executor, values) = Executor(model, Images, Side, isFrozen: true);
        using (executor)
        {
            executor.Forward();
            executor.Backward();
            return (values, (executor.Gradients, executor.Parameters, executor.Statistics));
        }
    }

    private static (PlanExecutor Executor, float[] Values) Executor(Model model, int images, int side, bool isFrozen)
    {
        var random = new Random(5);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
        var node = model.Network.Outputs[0].Node;
        var shape = NetworkShapes.Infer(model.Network, side, side)[node];
        var area = (int)shape.Area;
        var input = new BatchInput(images, 3, side, side, model.Network.Head.Pixels);
        for (var n = 0; n < images; n++) input.Set(n, Draw(3 * side * side));
        var (values, gradients) = (new float[images * shape.Channels * area], Draw(images * shape.Channels * area));
        var options = new TrainingEngineOptions { Batch = images, Height = side, Width = side, Threads = 2, FrozenNorms = isFrozen };
        return (new PlanExecutor(model, input, [new ResultBinding(node, values, gradients, shape.Channels * area, 0, area, 1)], options), values);
    }

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        var largest = expected.Max(Math.Abs);
        Assert.True(largest > 0, what);
        for (var i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-5 * largest, $"{what}[{i}]: {actual[i]}, expected {expected[i]}");
    }
}
