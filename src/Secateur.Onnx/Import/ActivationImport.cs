using Secateur.Graph;
using Secateur.Kernels;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Activations.</summary>
internal static class ActivationImport
{
    /// <summary>The map after an activation.</summary>
    public static ImportedValue Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, input) = (MapOf(inputs), NodeOf(inputs));
        var result = node.Operator switch
        {
            "Relu" => graph.Network.Like(input, name => new ReluNode(name, input), node.Name),
            "LeakyRelu" => WithSlopes(graph, node, input, [node.Number("alpha", 0.01f)]),
            "PRelu" => WithSlopes(graph, node, input, SlopesOf(ConstantOf(inputs, 1), graph.Network.ChannelsOf(input), map.IsFlat)),
            "Clip" => Clip(graph, node, input, LimitOf(OptionalOf(inputs, 1), float.NegativeInfinity), LimitOf(OptionalOf(inputs, 2), float.PositiveInfinity)),
            "Sigmoid" => graph.Network.Like(input, name => new SigmoidNode(name, input), node.Name),
            "HardSigmoid" => HardSigmoid(graph, node, input, node.Number("alpha", 0.2f), node.Number("beta", 0.5f)),
            "HardSwish" => HardSwish(graph, node, input),
            _ => throw new NotTakenException("is no activation that is taken"),
        };
        return map with { Node = result };
    }

    private static int WithSlopes(GraphImport graph, OnnxNode node, int input, float[] slopes)
    {
        var layer = graph.Network.Layer(node.Name);
        var slope = graph.Network.Declare(layer + ".weight", ParameterKind.Slope, new Tensor([slopes.Length], slopes));
        return graph.Network.Like(input, name => new PReluNode(name, input, slope), layer);
    }

    /// <summary>A slope a channel; one where all are equal.</summary>
    private static float[] SlopesOf(ConstantTensor slope, int channels, bool isFlat)
    {
        var slopes = ArithmeticImport.NumbersOf(slope, channels, isFlat);
        return slopes.Distinct().Count() == 1 ? [(float)slopes[0]] : [.. slopes.Select(s => (float)s)];
    }

    private static int Clip(GraphImport graph, OnnxNode node, int input, float min, float max) => min < max
        ? graph.Network.Like(input, name => new ClipNode(name, input, min, max), node.Name)
        : throw new NotTakenException($"limits values to the range from {min} to {max}");

    private static float LimitOf(ConstantTensor? limit, float otherwise) => limit switch
    {
        null => otherwise,
        { Count: 1 } one => one.Numbers[0] switch
        {
            // What older exporters wrote for no limit.
            float.MinValue => float.NegativeInfinity,
            float.MaxValue => float.PositiveInfinity,
            var number => number,
        },
        _ => throw new NotTakenException("has limits that are no numbers"),
    };

    private static int HardSigmoid(GraphImport graph, OnnxNode node, int input, float alpha, float beta)
    {
        var channels = graph.Network.ChannelsOf(input);
        var scaled = ScaleImport.Apply(graph, node.Input(0), input, [.. Enumerable.Repeat((double)alpha, channels)], [.. Enumerable.Repeat((double)beta, channels)], node.Name);
        return graph.Network.Like(scaled, name => new ClipNode(name, scaled, 0, 1), node.Name + ".clip");
    }

    private static int HardSwish(GraphImport graph, OnnxNode node, int input)
    {
        // The map is read twice: nothing goes into the convolution before it.
        var channels = graph.Network.ChannelsOf(input);
        var scaled = ScaleImport.Apply(graph, "", input, [.. Enumerable.Repeat(1 / 6.0, channels)], [.. Enumerable.Repeat(0.5, channels)], node.Name + ".scale");
        var factor = graph.Network.Like(scaled, name => new ClipNode(name, scaled, 0, 1), node.Name + ".clip");
        return graph.Network.Like(input, name => new MultiplyNode(name, input, factor), node.Name);
    }
}
