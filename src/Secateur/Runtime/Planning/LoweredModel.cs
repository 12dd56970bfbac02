using System.Collections.Concurrent;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Packing;
using Secateur.Weights;

namespace Secateur.Runtime.Planning;

/// <summary>A model in inference form made ready to run, whatever the input size: weights are packed.</summary>
internal sealed class LoweredModel
{
    private readonly ConcurrentDictionary<ConvKey, PackedConv> _packed = new();
    private readonly ConcurrentDictionary<ConvKey, PackedWinograd> _packedWinograd = new();
    private readonly ConcurrentDictionary<int, PackedQuads> _packedQuads = new();

    public LoweredModel(Model model, SimdLevel level)
    {
        (Model, Level) = (model, level);
        Values = new ValueFlow(model.Network);
        Fused = FusedSteps.Of(model.Network, Values);
        InPlace = new InPlaceSums(model.Network, Values, Fused);
        Bytes = new ByteForm(model, Values, Fused);
    }

    /// <summary>The model, without batch norms.</summary>
    public Model Model { get; }

    /// <summary>The vector width that the weights are packed for.</summary>
    public SimdLevel Level { get; }

    /// <summary>Who reads what.</summary>
    public ValueFlow Values { get; }

    /// <summary>What is computed together.</summary>
    public FusedSteps Fused { get; }

    /// <summary>Which sums may be written over an operand.</summary>
    public InPlaceSums InPlace { get; }

    /// <summary>What of it is held as bytes, and runs in integers.</summary>
    public ByteForm Bytes { get; }

    /// <summary>The packed whole numbers of a convolution that runs in integers; made once.</summary>
    public PackedQuads PackQuads(FusedConv chain, Func<PackedQuads> create) => _packedQuads.GetOrAdd(chain.Node, _ => create());

    /// <summary>The packed weights of a convolution, or of several of one geometry behind one another; made once, shared by all uses.</summary>
    public PackedConv Pack(ReadOnlySpan<Conv2dNode> nodes)
    {
        var geometry = Model.Network.GeometryOf(nodes[0]);
        var key = KeyOf(nodes, geometry);
        return _packed.GetOrAdd(key, _ => PackedConv.Create(WeightsOf(key), BiasesOf(key), geometry, Level));
    }

    /// <summary>The packed factors of convolutions that are computed by <see cref="Steps.WinogradStep"/>; made once, shared by all uses.</summary>
    public PackedWinograd PackWinograd(ReadOnlySpan<Conv2dNode> nodes)
    {
        var key = KeyOf(nodes, Model.Network.GeometryOf(nodes[0]));
        return _packedWinograd.GetOrAdd(key, _ => PackedWinograd.Create(WeightsOf(key), BiasesOf(key)));
    }

    private static ConvKey KeyOf(ReadOnlySpan<Conv2dNode> nodes, ConvGeometry geometry) =>
        new(nodes[0].Weight, nodes[0].Bias, geometry, nodes.Length > 1 ? KeyOf(nodes[1..], geometry) : null);

    private Tensor WeightsOf(ConvKey key)
    {
        var first = Model.Weights[key.Weight];
        if (key.Next is null) return first;
        var rest = WeightsOf(key.Next);
        return new Tensor([first.Shape[0] + rest.Shape[0], first.Shape[1], first.Shape[2], first.Shape[3]], [.. first.Data, .. rest.Data]);
    }

    private Tensor BiasesOf(ConvKey key)
    {
        var first = key.Bias is null ? new Tensor([Model.Weights[key.Weight].Shape[0]]) : Model.Weights[key.Bias];
        if (key.Next is null) return first;
        float[] values = [.. first.Data, .. BiasesOf(key.Next).Data];
        return new Tensor([values.Length], values);
    }

    /// <summary>The weights of a convolution, and of those behind it.</summary>
    private sealed record ConvKey(string Weight, string? Bias, ConvGeometry Geometry, ConvKey? Next);
}
