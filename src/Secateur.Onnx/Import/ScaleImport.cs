using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Onnx.Import;

/// <summary>
/// Channels that are scaled and shifted by constants: the convolution before does it where nobody else sees its result, else a depthwise convolution of
/// its own.
/// </summary>
internal static class ScaleImport
{
    /// <summary>scale * x + shift, channel by channel.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="value">The name of the value that is scaled.</param>
    /// <param name="input">Its node.</param>
    /// <param name="scale">A number a channel.</param>
    /// <param name="shift">A number a channel.</param>
    /// <param name="name">What to call a convolution of its own.</param>
    /// <returns>The node that gives the result.</returns>
    public static int Apply(GraphImport graph, string value, int input, double[] scale, double[] shift, string name)
    {
        if (graph.Network.Nodes[input] is Conv2dNode conv && graph.IsOwned(conv, input, value))
        {
            graph.Network.Reserve(graph.Network.Weight(conv.Weight).Length);
            var weight = graph.Network.Weight(conv.Weight).Clone();
            var (bias, size) = (new Tensor(scale.Length), weight.Length / scale.Length);
            for (var i = 0; i < weight.Length; i++) weight.Data[i] = (float)(scale[i / size] * weight.Data[i]);
            for (var o = 0; o < bias.Length; o++) bias.Data[o] = (float)((scale[o] * (conv.Bias is null ? 0 : (double)graph.Network.Weight(conv.Bias).Data[o])) + shift[o]);
            graph.Network.Declare(conv.Weight, ParameterKind.ConvWeight, weight);
            graph.Network.Replace(input, conv with { Bias = graph.Network.Declare(conv.Layer + ".bias", ParameterKind.ConvBias, bias) });
            return input;
        }

        graph.Network.Reserve(2L * scale.Length);
        var layer = graph.Network.Layer(name);
        graph.Network.Scales.Add(layer);
        var own = new Conv2dNode(
            graph.Network.Name(layer),
            input,
            graph.Network.Declare(layer + ".weight", ParameterKind.ConvWeight, new Tensor([scale.Length, 1, 1, 1], [.. scale.Select(s => (float)s)])),
            graph.Network.Declare(layer + ".bias", ParameterKind.ConvBias, new Tensor([scale.Length], [.. shift.Select(s => (float)s)])),
            Stride: 1,
            Padding: 0,
            Groups: scale.Length);
        return graph.Network.Append(own, scale.Length, graph.Network.SizesOf(input));
    }
}
