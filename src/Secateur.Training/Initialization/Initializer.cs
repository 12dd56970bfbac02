using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Weights;

namespace Secateur.Training.Initialization;

/// <summary>
/// Fresh weights for training from scratch. All networks: biases and beta 0, PReLU slopes 0.25, fusion weights 0.5, running mean 0 and variance 1;
/// detection heads Xavier uniform; the rest by the <see cref="InitializationRecipe"/>.
/// </summary>
public static class Initializer
{
    private const float Slope = 0.25f;
    private const float Fusion = 0.5f;

    /// <summary>A model with fresh weights, by the recipe of its architecture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    public static Model Create(Network network, int seed) => Create(network, Architectures.Of(network).Initialization, seed);

    /// <summary>A model with fresh weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="recipe">How they are drawn.</param>
    /// <param name="seed">The same seed gives the same weights; each parameter has a stream of its own, by its name.</param>
    public static Model Create(Network network, InitializationRecipe recipe, int seed)
    {
        var weights = network.Parameters.Select(p => KeyValuePair.Create(p.Name, Draw(network, p, recipe, new SeededRandom(seed, p.Name))));
        return new Model(network, weights, new ModelInfo().WithStep($"fresh weights, seed {seed}"));
    }

    private static Tensor Draw(Network network, ParameterSpec spec, InitializationRecipe recipe, SeededRandom random)
    {
        var tensor = new Tensor(spec.Shape.AsSpan());
        switch (spec.Kind)
        {
            case ParameterKind.ConvWeight:
                Fill(tensor, recipe.DistributionOf(spec.Name[..spec.Name.LastIndexOf('.')], network.Head), random);
                break;
            case ParameterKind.NormGamma:
                Array.Fill(tensor.Data, (float)recipe.NormGamma);
                break;
            case ParameterKind.NormVariance:
                Array.Fill(tensor.Data, 1);
                break;
            case ParameterKind.Slope:
                Array.Fill(tensor.Data, Slope);
                break;
            case ParameterKind.FusionWeight:
                Array.Fill(tensor.Data, Fusion);
                break;
        }

        return tensor;
    }

    private static void Fill(Tensor weight, ConvDistribution distribution, SeededRandom random)
    {
        var fanIn = (double)weight.Length / weight.Shape[0];
        var fanOut = (double)weight.Shape[0] * weight.Shape[2] * weight.Shape[3];
        switch (distribution)
        {
            case ConvDistribution.XavierUniform:
                FillUniform(weight, Math.Sqrt(6 / (fanIn + fanOut)), random);
                break;
            case ConvDistribution.KaimingUniform:
                FillUniform(weight, 1 / Math.Sqrt(fanIn), random);
                break;
            case ConvDistribution.FanOutNormal:
                FillNormal(weight, Math.Sqrt(2 / fanOut), random);
                break;
            case ConvDistribution.SmallNormal:
                FillNormal(weight, 0.01, random);
                break;
        }
    }

    private static void FillUniform(Tensor weight, double bound, SeededRandom random)
    {
        for (var i = 0; i < weight.Length; i++) weight.Data[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
    }

    private static void FillNormal(Tensor weight, double deviation, SeededRandom random)
    {
        for (var i = 0; i < weight.Length; i++) weight.Data[i] = (float)(random.NextNormal() * deviation);
    }
}
