using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Lowering.Editing;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>
/// Rewrites a model for inference: every batch norm goes into the convolution before it; one that follows anything else becomes a depthwise
/// 1x1 convolution. Folded in double, rounded once to float32.
/// </summary>
public static class FoldBatchNorm
{
    /// <summary>A model without batch norms that computes the same, up to rounding.</summary>
    public static Model Run(Model model)
    {
        var network = model.Network;
        var users = new int[network.Nodes.Length];
        foreach (var node in network.Nodes)
        {
            foreach (var input in node.Inputs) users[input]++;
        }

        foreach (var read in network.Results) users[read]++;

        var foldedInto = new Dictionary<int, BatchNormNode>();
        foreach (var norm in network.Nodes.OfType<BatchNormNode>())
        {
            if (network.Nodes[norm.Input] is Conv2dNode && users[norm.Input] == 1) foldedInto[norm.Input] = norm;
        }

        var editor = new GraphEditor();
        var position = new int[network.Nodes.Length];
        for (var i = 0; i < position.Length; i++)
        {
            position[i] = network.Nodes[i] switch
            {
                BatchNormNode gone when foldedInto.ContainsKey(gone.Input) => position[gone.Input],
                BatchNormNode norm => editor.Append(AsConvolution(model, norm, editor.Parameters).Rewire(At)),
                Conv2dNode conv when foldedInto.TryGetValue(i, out var norm) => editor.AppendLayer((Conv2dNode)Fold(model, conv, norm, editor.Parameters).Rewire(At), conv.Layer),
                var other => editor.Append(other.Rewire(At), model),
            };
        }

        return editor.Finish(network, At, model.Info);

        int At(int node) => position[node];
    }

    private static Conv2dNode Fold(Model model, Conv2dNode conv, BatchNormNode norm, ParameterPool pool)
    {
        var affine = ChannelAffine.Of(model, norm);
        var weight = model.Weights[conv.Weight].Clone();
        var perFilter = weight.Length / weight.Shape[0];
        for (var i = 0; i < weight.Length; i++) weight.Data[i] = (float)(weight.Data[i] * affine.Scale[i / perFilter]);
        var bias = new Tensor(weight.Shape[0]);
        for (var o = 0; o < bias.Length; o++)
        {
            double before = conv.Bias is null ? 0 : model.Weights[conv.Bias].Data[o];
            bias.Data[o] = (float)((affine.Scale[o] * before) + affine.Shift[o]);
        }

        return conv with
        {
            Weight = pool.Add(conv.Layer + ".weight", ParameterKind.ConvWeight, weight),
            Bias = pool.Add(conv.Layer + ".bias", ParameterKind.ConvBias, bias),
        };
    }

    private static Conv2dNode AsConvolution(Model model, BatchNormNode norm, ParameterPool pool)
    {
        var affine = ChannelAffine.Of(model, norm);
        var channels = affine.Scale.Length;
        var weight = new Tensor([channels, 1, 1, 1], [.. affine.Scale.Select(s => (float)s)]);
        var bias = new Tensor([channels], [.. affine.Shift.Select(s => (float)s)]);
        return new Conv2dNode(
            norm.Name,
            norm.Input,
            pool.Add(norm.Layer + ".weight", ParameterKind.ConvWeight, weight),
            pool.Add(norm.Layer + ".bias", ParameterKind.ConvBias, bias),
            Stride: 1,
            Padding: 0,
            Groups: channels);
    }
}
