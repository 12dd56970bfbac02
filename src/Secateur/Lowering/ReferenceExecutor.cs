using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
using Secateur.Kernels.BatchNorm;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.MaxOut;
using Secateur.Kernels.Merge;
using Secateur.Kernels.Upsample;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>Runs a model node by node with the reference operations, in double: slow, obvious, and what every faster path is compared with.</summary>
public static class ReferenceExecutor
{
    /// <summary>The result of every node for one image [C, H, W].</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static ImmutableArray<Volume> Run(Model model, Volume image)
    {
        var network = model.Network;
        var shapes = NetworkShapes.Infer(network, image.Height, image.Width);
        var results = ImmutableArray.CreateBuilder<Volume>(network.Nodes.Length);
        for (var i = 0; i < network.Nodes.Length; i++) results.Add(RunNode(model, network.Nodes[i], shapes[i], results, image));
        return results.MoveToImmutable();
    }

    private static Volume RunNode(Model model, Node node, MapShape shape, IReadOnlyList<Volume> results, Volume image)
    {
        var weights = model.Weights;
        switch (node)
        {
            case InputNode:
                return image;
            case OnesNode:
                return new Volume(1, shape.Height, shape.Width).Map((_, _) => 1);
            case Conv2dNode n:
                return Conv2dReference.Run(results[n.Input], weights[n.Weight], n.Bias is null ? null : weights[n.Bias], model.Network.GeometryOf(n));
            case BatchNormNode n:
                var affine = AffineOf(model, n);
                return results[n.Input].Map((x, c) => (affine.Scale[c] * x) + affine.Shift[c]);
            case ReluNode n:
                return results[n.Input].Map((x, _) => ActivationReference.Apply(x, 0));
            case PReluNode n:
                var slope = weights[n.Slope].Data[0];
                return results[n.Input].Map((x, _) => ActivationReference.Apply(x, slope));
            case MergeNode n:
                var sum = new Volume(shape.Channels, shape.Height, shape.Width);
                var factors = FactorsOf(model, n);
                MergeReference.Accumulate(sum, results[n.A.Node], n.A.Channels.AsSpan(), factors.First);
                MergeReference.Accumulate(sum, results[n.B.Node], n.B.Channels.AsSpan(), factors.Second);
                return sum;
            case UpsampleNode { Mode: UpsampleMode.Nearest } n:
                return NearestReference.Run(results[n.Input], shape.Height, shape.Width);
            case UpsampleNode n:
                return BilinearReference.Run(results[n.Input], shape.Height, shape.Width);
            case ConcatNode n:
                var joined = new Volume(shape.Channels, shape.Height, shape.Width);
                var at = 0;
                foreach (var part in n.Parts)
                {
                    results[part].Data.CopyTo(joined.Data, at);
                    at += results[part].Data.Length;
                }

                return joined;
            case SelectNode n:
                var selected = new Volume(shape.Channels, shape.Height, shape.Width);
                for (var c = 0; c < shape.Channels; c++)
                    results[n.Input].Data.AsSpan((int)(n.Channels[c] * shape.Area), (int)shape.Area).CopyTo(selected.Data.AsSpan((int)(c * shape.Area)));
                return selected;
            case MaxOutNode n:
                return MaxOutReference.Run(results[n.Input]);
            default:
                throw new NetworkException($"'{node.Name}' has the unknown type {node.GetType().Name}");
        }
    }

    /// <summary>A batch norm as scale and shift.</summary>
    internal static ChannelAffine AffineOf(Model model, BatchNormNode n) =>
        ChannelAffine.FromNorm(
            model.Weights[n.Gamma], model.Weights[n.Beta], model.Weights[n.Mean], model.Weights[n.Variance], BatchNormNode.Epsilon);

    /// <summary>The factors of a merge's two operands.</summary>
    internal static FusionWeights FactorsOf(Model model, MergeNode n) =>
        n is WeightedFusionNode fusion
            ? FusionWeights.FromColumn(model.Weights[fusion.Weights], fusion.Column, WeightedFusionNode.Epsilon)
            : new FusionWeights(1, 1);
}
