using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>Weights that keep activations near one, with batch norms as trained ones have them: shifts, uneven scales, some negative.</summary>
public static class RandomWeights
{
    public static Model Fill(Network network, int seed)
    {
        var random = new Random(seed);
        return new Model(network, network.Parameters.Select(p => KeyValuePair.Create(p.Name, Draw(p, random))), new ModelInfo());
    }

    public static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static Tensor Draw(ParameterSpec spec, Random random)
    {
        var fanIn = spec.Kind == ParameterKind.ConvWeight ? spec.Count / spec.Shape[0] : 1;
        var tensor = new Tensor(spec.Shape.AsSpan());
        for (var i = 0; i < tensor.Length; i++)
        {
            tensor.Data[i] = spec.Kind switch
            {
                ParameterKind.ConvWeight => Normal(random) * MathF.Sqrt(2f / fanIn),
                ParameterKind.NormGamma => random.Next(8) == 0 ? -0.5f : 0.5f + random.NextSingle(),
                ParameterKind.NormVariance => 0.25f + random.NextSingle(),
                ParameterKind.Slope => 0.25f,
                ParameterKind.FusionWeight => random.NextSingle(),
                _ => Normal(random) * 0.5f,
            };
        }

        return tensor;
    }
}
