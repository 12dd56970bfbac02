using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Onnx.Format;
using Secateur.Weights;

namespace Secateur.Onnx.Export;

/// <summary>Writes models in the ONNX format.</summary>
public static class OnnxExporter
{
    private const string Producer = "secateur";

    /// <summary>Exports a model: batch norms folded, a compacted one as it is, a quantized one with pairs of QuantizeLinear and DequantizeLinear.</summary>
    /// <exception cref="NetworkException">The network does not take the size, is no detector where boxes are asked for, or has a node without a form in ONNX.</exception>
    /// <exception cref="ArgumentException">The opset is none that is written, or another than that of the graph that the model was imported from.</exception>
    public static OnnxFile Export(Model model, OnnxExportOptions options) => Write(model, options).File;

    /// <summary>Exports a model.</summary>
    /// <returns>The file; the model whose nodes it has; and of each of those the name of its value.</returns>
    internal static (OnnxFile File, Model Model, string[] Values) Write(Model model, OnnxExportOptions options)
    {
        if (options.Opset is < OnnxExportOptions.LeastOpset or > OnnxExportOptions.MostOpset)
            throw new ArgumentOutOfRangeException(nameof(options), options.Opset, $"expected an opset from {OnnxExportOptions.LeastOpset} to {OnnxExportOptions.MostOpset}");
        var exchanged = model.Quantization is null ? ModelPasses.Exchange.Run(model) : model;
        var network = exchanged.Network;
        if (options.Output != OnnxOutput.Heads && network.Head.Levels.IsEmpty) throw new NetworkException($"{network.Architecture} is no detector: it has no boxes");
        if (options.Output != OnnxOutput.Heads && !network.Head.IsSsd) throw new NetworkException($"boxes of {network.Architecture} are {network.Head.Boxes}, scores {network.Head.Scores}: those are not written as boxes");
        var input = network.Nodes.OfType<InputNode>().Single();
        if (options.Input == OnnxInput.UInt8 && input.Channels != 3) throw new NetworkException($"{network.Architecture} takes {input.Channels} channels: pixels have three");

        var tail = options is { Output: OnnxOutput.Heads, Input: OnnxInput.Float32 } ? OnnxTail.Find(exchanged) : null;
        if (tail is not null && options.Opset is { } asked && asked != tail.Opset)
            throw new ArgumentException($"{network.Architecture} was imported from a graph of opset {tail.Opset}, expected that and not {asked}", nameof(options));
        var graph = new GraphWriter(network.Architecture);
        var values = tail is null ? WriteNetwork(graph, exchanged, options) : OriginalTail.Write(graph, exchanged, tail, options);
        var opset = tail?.Opset ?? options.Opset ?? OnnxExportOptions.LeastOpset;
        var file = new ModelProto
        {
            IrVersion = IrVersionOf(opset),
            ProducerName = Producer,
            ProducerVersion = typeof(OnnxExporter).Assembly.GetName().Version!.ToString(3),
            Graph = graph.Graph,
            OpsetImport = { new OperatorSetIdProto { Version = opset } },
        };
        foreach (var (key, value) in OnnxMetadata.Of(exchanged)) file.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return (new OnnxFile(file.ToByteArray(), [.. graph.Graph.Input.Select(Describe)], [.. graph.Graph.Output.Select(Describe)], opset), exchanged, values);
    }

    private static string[] WriteNetwork(GraphWriter graph, Model model, OnnxExportOptions options)
    {
        var network = model.Network;
        var shapes = options.Size is { } size ? NetworkShapes.Infer(network, size.Height, size.Width) : (ImmutableArray<MapShape>?)null;
        var outputs = Outputs(network, options);
        foreach (var (name, _, _) in outputs) graph.Reserve(name);
        var image = ImageHead.Write(graph, network.Nodes.OfType<InputNode>().Single().Channels, network.Head.Pixels, options);
        var values = new NodeTranslator(model, graph, image, shapes).Run();
        var results = Results(graph, network, options, values, shapes);
        foreach (var ((name, node, type), value) in outputs.Zip(results))
        {
            var (sizes, called) = SizesOf(network, options, shapes, name, node);
            graph.Output(name, value, type, sizes, called);
        }

        return values;
    }

    private static OnnxValue Describe(ValueInfoProto value)
    {
        var tensor = value.Type.TensorType;
        var type = (TensorProto.Types.DataType)tensor.ElemType;
        var name = type == TensorProto.Types.DataType.Float ? "float32" : type.ToString().ToLowerInvariant();
        return new OnnxValue(value.Name, name, [.. tensor.Shape?.Dim.Select(d => d.HasDimValue ? d.DimValue.ToString(CultureInfo.InvariantCulture) : d.HasDimParam ? d.DimParam : "?") ?? []]);
    }

    // The oldest version of the format that an opset may stand in: programs of its time read it.
    private static int IrVersionOf(int opset) => opset switch
    {
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        _ => 10,
    };

    /// <summary>The results: name, node where it is one's, and type.</summary>
    private static List<(string Name, int? Node, TensorProto.Types.DataType Type)> Outputs(Network network, OnnxExportOptions options)
    {
        const TensorProto.Types.DataType Float = TensorProto.Types.DataType.Float;
        return options.Output switch
        {
            OnnxOutput.Heads => [.. OnnxMetadata.HeadsOf(network).Select(o => (o.Name, (int?)o.Node, Float))],
            OnnxOutput.Boxes => [("boxes", null, Float), ("scores", null, Float)],
            _ => [("boxes", null, Float), ("scores", null, Float), ("batch_index", null, TensorProto.Types.DataType.Int64)],
        };
    }

    private static string[] Results(
        GraphWriter graph, Network network, OnnxExportOptions options, string[] values, ImmutableArray<MapShape>? shapes)
    {
        if (options.Output == OnnxOutput.Heads) return [.. OnnxMetadata.HeadsOf(network).Select(o => values[o.Node])];
        var all = BoxTail.Write(graph, network.Head, values, shapes);
        if (options.Output == OnnxOutput.Boxes) return [all.Boxes, all.Scores];
        var kept = SuppressionTail.Write(graph, all, options);
        return [kept.Boxes, kept.Scores, kept.Image];
    }

    private static (long[] Sizes, string[] Called) SizesOf(
        Network network, OnnxExportOptions options, ImmutableArray<MapShape>? shapes, string name, int? node)
    {
        var images = shapes is null ? -1 : 1;
        if (node is { } map) return shapes is { } known ? ([1, known[map].Channels, known[map].Height, known[map].Width], []) : ([-1, network.ChannelsOf(map), -1, -1], ["N", "C", $"{name}_height", $"{name}_width"]);
        var anchors = shapes is { } sizes ? network.Head.Levels.Sum(l => l.Anchors * sizes[l.Loc].Area) : -1;
        return (options.Output, name) switch
        {
            (OnnxOutput.Boxes, "boxes") => ([images, anchors, DetectionLevel.BoxChannels], ["N", "B", ""]),
            (OnnxOutput.Boxes, _) => ([images, anchors], ["N", "B"]),
            (_, "boxes") => ([-1, DetectionLevel.BoxChannels], ["M", ""]),
            _ => ([-1], ["M"]),
        };
    }
}
