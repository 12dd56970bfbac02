using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>What one convolution costs for one image.</summary>
/// <param name="Name">The node; shared weights appear once a use.</param>
/// <param name="Shape">The result's shape.</param>
/// <param name="Macs">Multiply-adds of the convolution, padding counted as the field does: O * H * W * K * K * I / groups.</param>
public readonly record struct LayerCost(string Name, MapShape Shape, long Macs);

/// <summary>Parameters and multiply-adds of a network, from the graph alone.</summary>
public static class NetworkCosts
{
    /// <summary>Learnable parameters: weights, biases, batch-norm gamma and beta, slopes, fusion weights; shared ones once, running statistics not.</summary>
    public static int CountParameters(Network network) => network.Parameters.Where(p => p.IsLearnable).Sum(p => p.Count);

    /// <summary>The cost of every convolution, in order, for an input of <paramref name="height"/> x <paramref name="width"/> pixels.</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static ImmutableArray<LayerCost> PerLayer(Network network, int height, int width)
    {
        var shapes = NetworkShapes.Infer(network, height, width);
        var isFixed = FixedNodes.Find(network);
        var costs = ImmutableArray.CreateBuilder<LayerCost>();
        for (var i = 0; i < network.Nodes.Length; i++)
        {
            // What does not depend on the image is computed once a size, not once an image.
            if (network.Nodes[i] is not Conv2dNode conv || isFixed[i]) continue;
            var weight = network.Parameter(conv.Weight);
            costs.Add(new LayerCost(conv.Name, shapes[i], (long)weight.Count * shapes[i].Area));
        }

        return costs.ToImmutable();
    }

    /// <summary>The multiply-adds of all convolutions for one image.</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static long CountMacs(Network network, int height, int width) => PerLayer(network, height, width).Sum(c => c.Macs);
}
