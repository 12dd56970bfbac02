using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Zeros around maps, which the layer that follows adds itself; and channels of zeros before and after others.</summary>
internal static class PadImport
{
    private const int Most = 64;

    /// <summary><c>Pad</c>.</summary>
    public static ImportedValue Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, pads, value, axes) = (MapOf(inputs), ConstantOf(inputs, 1), OptionalOf(inputs, 2), OptionalOf(inputs, 3));
        if (node.Text("mode", "constant") != "constant" || (value is not null && value.Numbers.Any(v => v != 0))) throw new NotTakenException("pads with something other than zeros");
        if (map.IsFlat || axes is not null || pads.Integers.Any(p => p < 0)) throw new NotTakenException("cuts a map, or pads features");
        return pads.Integers switch
        {
            [0, 0, <= Most and var top, <= Most and var left, 0, 0, <= Most and var bottom, <= Most and var right] =>
                map with { Margins = map.Margins + new Margins((int)top, (int)left, (int)bottom, (int)right) },
            [0, <= ushort.MaxValue and var before, 0, 0, 0, <= ushort.MaxValue and var after, 0, 0] => WithChannels(graph, node, NodeOf(inputs), (int)before, (int)after),
            _ => throw new NotTakenException($"has the pads [{ShownList.Of(pads.Integers)}], expected such of height and width, at most {Most}, or of channels"),
        };
    }

    private static ImportedValue.Map WithChannels(GraphImport graph, OnnxNode node, int input, int before, int after)
    {
        var network = graph.Network;
        var sizes = network.SizesOf(input);
        var ones = network.Append(new OnesNode(network.Name($"{node.Name}.ones"), input), 1, sizes);
        ImmutableArray<int> parts = [.. Zeros(before), input, .. Zeros(after)];
        return new ImportedValue.Map(network.Append(new ConcatNode(network.Name(node.Name), parts), network.ChannelsOf(parts), sizes));

        // What does not depend on the image costs nothing.
        IEnumerable<int> Zeros(int channels)
        {
            if (channels == 0) yield break;
            network.Reserve(channels);
            var layer = network.Layer($"{node.Name}.zeros");
            var weight = network.Declare(layer + ".weight", ParameterKind.ConvWeight, new Tensor(channels, 1, 1, 1));
            yield return network.Append(new Conv2dNode(network.Name(layer), ones, weight, Bias: null, Stride: 1, Padding: 0, Groups: 1), channels, sizes);
        }
    }
}
