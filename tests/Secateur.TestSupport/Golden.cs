using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;
using Xunit;

namespace Secateur.TestSupport;

/// <summary>What PyTorch computed from drawn numbers: the files of tests/Goldens/parity and the models that they are about.</summary>
public static class Golden
{
    /// <summary>The tensors of a file.</summary>
    public static IReadOnlyDictionary<string, Tensor> Read(string name) =>
        Safetensors.Read(Path.Combine(SharedData.RepositoryRoot, "tests", "Goldens", "parity", name + ".safetensors")).Tensors;

    /// <summary>The drawn model of a network; where it trains, few activations come near zero, where they bend.</summary>
    public static Model CreateModel(Network network, bool trains) =>
        new(network, network.Parameters.Select(p => KeyValuePair.Create(p.Name, Draw(network.Architecture, p, trains))), new ModelInfo());

    /// <summary>
    /// Asserts that numbers lie as near to PyTorch's as <paramref name="tolerance"/> times the largest of these (or <paramref name="least"/>, if that is
    /// more), and that they are all there.
    /// </summary>
    public static void AssertNear(IEnumerable<float> expected, IEnumerable<double> actual, double tolerance, string where, double least = 0)
    {
        var (e, a) = (expected.ToArray(), actual.ToArray());
        Assert.True(e.Length == a.Length, $"{where}: expected {e.Length} numbers, got {a.Length}");
        var allowed = tolerance * Math.Max(least, e.Select(Math.Abs).DefaultIfEmpty().Max());
        for (var i = 0; i < e.Length; i++)
            Assert.True(Math.Abs(e[i] - a[i]) <= allowed, $"{where}, number {i}: expected {e[i]:g9}, got {a[i]:g9}, allowed {allowed:g3}");
    }

    private static Tensor Draw(string architecture, ParameterSpec spec, bool trains)
    {
        var drawn = GoldenNumbers.Uniform($"{architecture}/{spec.Name}", spec.Count);
        var fanIn = spec.Count / spec.Shape[0];
        return new Tensor(spec.Shape.AsSpan(), [.. drawn.Select(u => (float)(spec.Kind switch
        {
            ParameterKind.ConvWeight => ((2 * u) - 1) * Math.Sqrt(5.0 / fanIn) / (spec.Shape[1] == 3 ? 64 : 1),
            ParameterKind.FusionWeight => u - 0.0625,
            ParameterKind.NormGamma => u < 0.125 ? -0.5 : (u / 2) + 0.25,
            ParameterKind.NormBeta when trains => u < 0.25 ? -2 - (4 * u) : u + 1.5,
            ParameterKind.NormBeta => (2 * u) - 0.5,
            ParameterKind.NormVariance => (u / 2) + 0.25,
            ParameterKind.Slope => u / 2,
            _ => (2 * u) - 1,
        }))]);
    }
}
