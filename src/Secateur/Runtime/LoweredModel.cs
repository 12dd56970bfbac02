using System.Collections.Concurrent;
using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Weights;

namespace Secateur.Runtime;

/// <summary>A model made ready to run, whatever the input size: batch norms folded, weights packed.</summary>
internal sealed class LoweredModel
{
    private readonly ConcurrentDictionary<ConvKey, PackedConv> _packed = new();
    private readonly ConcurrentDictionary<ConvKey, PackedWinograd> _packedWinograd = new();

    public LoweredModel(Model model, SimdLevel level)
    {
        Model = FoldBatchNorm.Run(model);
        Level = level;
        Flow = new DataFlow(Model.Network);
    }

    /// <summary>The model without batch norms.</summary>
    public Model Model { get; }

    /// <summary>The vector width that the weights are packed for.</summary>
    public SimdLevel Level { get; }

    /// <summary>Who reads what.</summary>
    public DataFlow Flow { get; }

    /// <summary>The packed weights of a convolution; made once, shared by all uses.</summary>
    public PackedConv Pack(Conv2dNode node) =>
        _packed.GetOrAdd(KeyOf(node), _ => PackedConv.Create(
            Model.Weights[node.Weight],
            node.Bias is null ? null : Model.Weights[node.Bias],
            Model.Network.GeometryOf(node),
            Level));

    /// <summary>The packed factors of a convolution that is computed by <see cref="Steps.WinogradStep"/>; made once, shared by all uses.</summary>
    public PackedWinograd PackWinograd(Conv2dNode node) =>
        _packedWinograd.GetOrAdd(KeyOf(node), _ => PackedWinograd.Create(
            Model.Weights[node.Weight], node.Bias is null ? null : Model.Weights[node.Bias]));

    private static ConvKey KeyOf(Conv2dNode node) => new(node.Weight, node.Bias, node.Stride, node.Padding, node.Groups);

    /// <summary>What the packed weights of a convolution depend on.</summary>
    private sealed record ConvKey(string Weight, string? Bias, int Stride, int Padding, int Groups);
}
