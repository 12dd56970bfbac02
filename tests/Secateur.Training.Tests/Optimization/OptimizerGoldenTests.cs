using Secateur.Graph;
using Secateur.TestSupport;
using Secateur.Training.Optimization;
using Xunit;

namespace Secateur.Training.Tests.Optimization;

/// <summary>Three steps with drawn gradients against PyTorch (tests/Goldens/parity), the last one at a tenth of the learning rate.</summary>
public class OptimizerGoldenTests
{
    private const int Count = 256;

    [Fact]
    public void Sgd_with_momentum_and_weight_decay_equals_PyTorch() => AssertSteps("sgd", p => new SgdOptimizer(p));

    [Fact]
    public void Adam_with_classic_weight_decay_equals_PyTorch() => AssertSteps("adam", p => new AdamOptimizer(p));

    private static void AssertSteps(string name, Func<ParameterVector, Optimizer> make)
    {
        var expected = Golden.Read("optimizers");
        var parameters = new ParameterVector(Layer());
        foreach (var (i, u) in GoldenNumbers.Uniform("weights", Count).Index()) parameters.Values[i] = i % 8 == 0 ? 0 : (float)((2 * u) - 1);
        var optimizer = make(parameters);
        foreach (var (step, rate) in new[] { (1, 1e-3), (2, 1e-3), (3, 1e-4) })
        {
            optimizer.Step(Gradients(step), rate);
            // The weights are about 1: three roundings of float32.
            Golden.AssertNear(expected[$"{name}_{step}"].Data, parameters.Values.Select(v => (double)v), 2e-7, $"{name}, step {step}");
        }
    }

    /// <summary>From 1 to below Adam's epsilon, and some zero.</summary>
    private static float[] Gradients(int step)
    {
        var sizes = GoldenNumbers.Uniform($"sizes_{step}", Count).Select(u => Math.Pow(2, -4 * Math.Floor(9 * u)));
        return [.. GoldenNumbers.Uniform($"gradients_{step}", Count).Zip(sizes, (u, size) => (float)(((2 * u) - 1) * size)).Select((g, i) => i % 16 == 0 ? 0 : g)];
    }

    private static Network Layer()
    {
        var g = new NetworkBuilder("layer");
        g.Output("result", g.Conv2d(g.Input(16), "layer", 16, kernel: 1));
        return g.Build();
    }
}
