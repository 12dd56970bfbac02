using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Lowering.Parameters;
using Secateur.Onnx.Format;
using Secateur.Weights;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Export;

/// <summary>Writes the nodes of a network as ONNX operators.</summary>
/// <param name="model">A model without batch norms.</param>
/// <param name="graph">Where to.</param>
/// <param name="image">The value that the network's input node stands for.</param>
/// <param name="shapes">The shape of every node; null where any image is taken.</param>
internal sealed class NodeTranslator(Model model, GraphWriter graph, string image, ImmutableArray<MapShape>? shapes)
{
    private readonly string[] _values = new string[model.Network.Nodes.Length];
    private readonly MapQuantization?[] _held = new MapQuantization?[model.Network.Nodes.Length];

    /// <summary>Writes all nodes.</summary>
    /// <returns>The value of each.</returns>
    public string[] Run()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i] = Translate(i);
            if ((_held[i] = HeldAs(i)) is { } held) _values[i] = AsBytes(model.Network.Nodes[i].Name, _values[i], held);
        }

        return _values;
    }

    /// <summary>How a node's map is held as bytes; null where it is held as floats.</summary>
    private MapQuantization? HeldAs(int index) => model.Network.Nodes[index] switch
    {
        var node when model.Quantization?.Maps.TryGetValue(node.Name, out var own) == true => own,
        SelectNode select => _held[select.Input],
        UpsampleNode { Mode: UpsampleMode.Nearest } upsample => _held[upsample.Input],
        ConcatNode concat when concat.Parts.All(p => _held[p] == _held[concat.Parts[0]]) => _held[concat.Parts[0]],
        _ => null,
    };

    /// <summary>Rounds a value as its bytes would: programs that compute in integers take the pair for the bytes themselves.</summary>
    private string AsBytes(string name, string value, MapQuantization held)
    {
        var (scale, zero) = (graph.Number(held.Scale), graph.Byte(held.Zero));
        var bytes = graph.Add("QuantizeLinear", name + ".bytes", [value, scale, zero]);
        return graph.Add("DequantizeLinear", name + ".held", [bytes, scale, zero]);
    }

    private string Translate(int index) => model.Network.Nodes[index] switch
    {
        InputNode => image,
        OnesNode node => Ones(node),
        Conv2dNode node => Convolution(node),
        ReluNode node => graph.Add("Relu", node.Name, [_values[node.Input]]),
        PReluNode node => graph.Add("PRelu", node.Name, [_values[node.Input], Slope(node)]),
        ClipNode node => graph.Add("Clip", node.Name, [_values[node.Input], Limit(node.Min), Limit(node.Max)]),
        SigmoidNode node => graph.Add("Sigmoid", node.Name, [_values[node.Input]]),
        MultiplyNode node => graph.Add("Mul", node.Name, [_values[node.Input], _values[node.Factor]]),
        MergeNode node => Merge(node),
        UpsampleNode node => Upsample(node),
        ConcatNode node => graph.Add("Concat", node.Name, [.. node.Parts.Select(p => _values[p])], Integer("axis", 1)),
        SelectNode node => Select(node.Name, _values[node.Input], node.Channels),
        MaxOutNode node => MaxOut(node),
        MaxPool2dNode node => graph.Add("MaxPool", node.Name, [_values[node.Input]], Window(node.Kernel, node.Stride, node.Padding)),
        AveragePool2dNode node => graph.Add(
            "AveragePool",
            node.Name,
            [_values[node.Input]],
            [.. Window(node.Kernel, node.Stride, node.Padding), Integer("count_include_pad", node.CountPadding ? 1 : 0)]),
        GlobalAveragePoolNode node => graph.Add("GlobalAveragePool", node.Name, [_values[node.Input]]),
        var other => throw new NetworkException($"'{other.Name}' ({other.GetType().Name}) has no form in ONNX"),
    };

    private string Ones(OnesNode node) => Fill(node.Name, node.Like, 1);

    /// <summary>One channel of a value, as high and wide as a node's map: no operator makes it as simply in every reader.</summary>
    private string Fill(string name, int like, float value)
    {
        var channels = model.Network.ChannelsOf(like);
        var zeros = graph.Weight($"zeros.{channels}", new float[channels], [1, channels, 1, 1]);
        return graph.Add("Conv", name, [_values[like], zeros, graph.NumberVector(value)], Window(1, 1, 0));
    }

    private string Convolution(Conv2dNode node)
    {
        var geometry = model.Network.GeometryOf(node);
        string[] inputs = node.Bias is null ? [_values[node.Input], Weight(node.Weight)] : [_values[node.Input], Weight(node.Weight), Weight(node.Bias)];
        AttributeProto[] attributes = [.. Window(geometry.Kernel, node.Stride, node.Padding), Integer("group", node.Groups)];
        if (node.Dilation > 1) attributes = [.. attributes, Integers("dilations", node.Dilation, node.Dilation)];
        return graph.Add("Conv", node.Name, inputs, attributes);
    }

    private string Limit(float limit) => float.IsFinite(limit) ? graph.Number(limit) : "";

    private string Weight(string name)
    {
        var tensor = model.Weights[name];
        if (model.Quantization?.WeightScales.GetValueOrDefault(name) is not { } scales) return graph.Weight(name, tensor.Data, [.. tensor.Shape]);
        return graph.Once(name + ".of_integers", result => graph.Add(
            "DequantizeLinear",
            result,
            [graph.Integers(name + ".integers", model.Quantization.IntegersOf(name, tensor), [.. tensor.Shape]), graph.Weight(name + ".scales", scales, [scales.Length])],
            Integer("axis", 0)));
    }

    // A slope for each channel: some readers take no other.
    private string Slope(PReluNode node)
    {
        var channels = model.Network.ChannelsOf(node.Input);
        float[] slopes = [.. Enumerable.Range(0, channels).Select(c => Slopes.Of(model, node, c))];
        return graph.Weight($"{node.Slope}.{channels}", slopes, [channels, 1, 1]);
    }

    private string Merge(MergeNode node)
    {
        var factors = FusionWeights.Of(model, node);
        return graph.Add("Add", node.Name, [Operand(node, node.A, factors.First, ".a"), Operand(node, node.B, factors.Second, ".b")]);
    }

    private string Operand(MergeNode node, MergeOperand operand, double factor, string part)
    {
        var value = _values[operand.Node];
        if (factor != 1) value = graph.Add("Mul", node.Name + part, [value, graph.NumberVector((float)factor)]);
        return operand.Channels.IsEmpty ? value : Spread(node.Name + part + ".all", operand.Node, value, operand.Channels, node.Channels);
    }

    /// <summary>Puts channels in their places among others, which are zero.</summary>
    private string Spread(string name, int operand, string value, ImmutableArray<int> channels, int all)
    {
        var runs = Runs(channels);
        if (runs is [var only]) return Pad(name, value, only.Channel, all - only.Channel - only.Count);
        var zero = Fill(name + ".zero", operand, 0);
        var (parts, filled) = (new List<string>(), 0);
        foreach (var (first, channel, count) in runs)
        {
            parts.AddRange(Enumerable.Repeat(zero, channel - filled));
            parts.Add(Slice($"{name}.{channel}", value, first, first + count));
            filled = channel + count;
        }

        return graph.Add("Concat", name, [.. parts, .. Enumerable.Repeat(zero, all - filled)], Integer("axis", 1));
    }

    private string Pad(string name, string value, int before, int after) =>
        graph.Add("Pad", name, [value, graph.Integers(0, before, 0, 0, 0, after, 0, 0)]);

    // Slices and not one gathering, which some readers do not know.
    private string Select(string name, string value, ImmutableArray<int> channels)
    {
        var runs = Runs(channels);
        if (runs is [var only]) return Slice(name, value, only.Channel, only.Channel + only.Count);
        return graph.Add("Concat", name, [.. runs.Select(r => Slice($"{name}.{r.Channel}", value, r.Channel, r.Channel + r.Count))], Integer("axis", 1));
    }

    private string Slice(string name, string value, int from, int to) =>
        graph.Add("Slice", name, [value, graph.Integers(from), graph.Integers(to), graph.Integers(1)]);

    private string MaxOut(MaxOutNode node)
    {
        var (value, channels) = (_values[node.Input], model.Network.ChannelsOf(node.Input));
        string[] backgrounds = [.. Enumerable.Range(0, channels - 1).Select(c => Slice($"{node.Name}.{c}", value, c, c + 1))];
        var most = graph.Add("Max", node.Name + ".background", backgrounds);
        return graph.Add("Concat", node.Name, [most, Slice(node.Name + ".face", value, channels - 1, channels)], Integer("axis", 1));
    }

    private string Upsample(UpsampleNode node)
    {
        AttributeProto[] attributes = node.Mode == UpsampleMode.Nearest
            ? [Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor")]
            : [Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel")];
        return graph.Add("Resize", node.Name, [_values[node.Input], "", "", Sizes(node)], attributes);
    }

    private string Sizes(UpsampleNode node)
    {
        if (shapes is { } known)
            return graph.Integers(1, model.Network.ChannelsOf(node.Input), known[node.Like].Height, known[node.Like].Width);
        var maps = graph.Add("Gather", node.Name + ".maps", [graph.Add("Shape", node.Name + ".shape", [_values[node.Input]]), graph.Integers(0, 1)], Integer("axis", 0));
        var size = graph.Add("Gather", node.Name + ".size", [graph.Add("Shape", node.Name + ".like", [_values[node.Like]]), graph.Integers(2, 3)], Integer("axis", 0));
        return graph.Add("Concat", node.Name + ".sizes", [maps, size], Integer("axis", 0));
    }

    private static AttributeProto[] Window(int kernel, int stride, int padding) =>
        [Integers("kernel_shape", kernel, kernel), Integers("strides", stride, stride), Integers("pads", padding, padding, padding, padding)];

    /// <summary>Channels that follow each other: the place of the first among those given, its number, and how many.</summary>
    private static List<(int First, int Channel, int Count)> Runs(ImmutableArray<int> channels)
    {
        var runs = new List<(int First, int Channel, int Count)>();
        for (var i = 0; i < channels.Length; i++)
        {
            if (i > 0 && channels[i] == channels[i - 1] + 1) runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else runs.Add((i, channels[i], 1));
        }

        return runs;
    }
}
