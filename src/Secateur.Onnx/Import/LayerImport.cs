using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Layers with weights: convolutions, what is one over a map of one pixel, batch norms.</summary>
internal static class LayerImport
{
    private const string WeightEnding = ".weight";

    /// <summary><c>Conv</c>.</summary>
    public static ImportedValue Convolution(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (map, weight, bias) = (MapOf(inputs), ConstantOf(inputs, 1), OptionalOf(inputs, 2));
        if (map.IsFlat) throw new NotTakenException("reads a map that was flattened");
        var (channels, groups) = (graph.Network.ChannelsOf(map.Node), node.Integer("group", 1));
        if (weight.Shape is not [> 0 and var filters, > 0 and var perGroup, > 0 and var height, > 0 and var width])
            throw new NotTakenException($"has a weight of shape [{ShownList.Of(weight.Shape)}], expected [O, I, K, K]");
        if (groups < 1 || perGroup * groups != channels || filters % groups != 0)
            throw new NotTakenException($"has a weight of shape [{ShownList.Of(weight.Shape)}] in {groups} groups over {channels} channels");
        if (bias is not null && bias.Count != filters) throw new NotTakenException($"has a bias of shape [{ShownList.Of(bias.Shape)}] for {filters} filters");
        var (rows, columns) = WindowAxis.Read(graph, node, (height, width), map);
        var square = SquareKernel.Fit(rows, columns, (int)groups);
        if (square.Geometry is { Kernel: 1, Stride: 1 } && Array.TrueForAll(weight.Numbers, w => w == 0)) return new ImportedValue.Map(Fixed(graph, node, map.Node, filters, bias));
        var key = (node.Input(1), node.Input(2), square);
        var layer = graph.LayerOf(node, key, LayerName(node), layer =>
        {
            graph.Network.Reserve((long)filters * perGroup * square.Geometry.Kernel * square.Geometry.Kernel);
            return (
                graph.Network.Declare(layer + WeightEnding, ParameterKind.ConvWeight, square.Embed(filters, perGroup, height, width, weight.Numbers)),
                bias is null ? null : graph.Network.Declare(layer + ".bias", ParameterKind.ConvBias, new Tensor([filters], [.. bias.Numbers])));
        });
        return new ImportedValue.Map(Append(graph, map.Node, layer, square.Geometry, filters));
    }

    /// <summary>Channels that are constant, as export writes those that do not depend on the image.</summary>
    private static int Fixed(GraphImport graph, OnnxNode node, int like, int filters, ConstantTensor? values)
    {
        var (network, sizes) = (graph.Network, graph.Network.SizesOf(like));
        var ones = network.Append(new OnesNode(network.Name($"{node.Name}.ones"), like), 1, sizes);
        if (values?.Numbers is [1]) return ones;
        var layer = network.Layer(LayerName(node));
        var weight = network.Declare(layer + WeightEnding, ParameterKind.ConvWeight, new Tensor([filters, 1, 1, 1], [.. values?.Numbers ?? new float[filters]]));
        return network.Append(new Conv2dNode(network.Name(layer), ones, weight, Bias: null, Stride: 1, Padding: 0, Groups: 1), filters, sizes);
    }

    /// <summary><c>Gemm</c> over a flattened map: a convolution to one pixel.</summary>
    public static ImportedValue Gemm(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (factor, bias) = (ConstantOf(inputs, 1), OptionalOf(inputs, 2));
        if (node.Integer("transA", 0) != 0) throw new NotTakenException("transposes its map");
        var (alpha, beta) = (node.Number("alpha", 1), node.Number("beta", 1));
        return Linear(graph, node, MapOf(inputs), factor, node.Integer("transB", 0) != 0, alpha, bias, beta);
    }

    /// <summary><c>MatMul</c> of a flattened map and a constant.</summary>
    public static ImportedValue MatMul(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs) =>
        Linear(graph, node, MapOf(inputs), ConstantOf(inputs, 1), isTransposed: false, alpha: 1, bias: null, beta: 1);

    /// <summary><c>BatchNormalization</c>, as it is.</summary>
    public static ImportedValue BatchNorm(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var map = MapOf(inputs);
        var channels = graph.Network.ChannelsOf(NodeOf(inputs));
        ImmutableArray<ConstantTensor> parameters = [.. Enumerable.Range(1, 4).Select(i => ConstantOf(inputs, i))];
        if (parameters.FirstOrDefault(p => p.Count != channels) is { } other)
            throw new NotTakenException($"has a parameter of shape [{ShownList.Of(other.Shape)}] for {channels} channels");
        if (node.Integer("training_mode", 0) != 0 || node.Outputs.Count(o => o.Length > 0) > 1) throw new NotTakenException("is in training mode");

        // Files hold the usual one as float32.
        var given = node.Number("epsilon", (float)BatchNormNode.UsualEpsilon);
        var epsilon = given == (float)BatchNormNode.UsualEpsilon ? BatchNormNode.UsualEpsilon : given;
        if (epsilon is not (> 0 and < 1)) throw new NotTakenException($"adds {given} to the variance, expected a number between 0 and 1");
        var layer = graph.NormOf((node.Input(1), node.Input(2), node.Input(3), node.Input(4), given), LayerName(node));
        var norm = new BatchNormNode("", 0, layer);
        string[] names = [norm.Gamma, norm.Beta, norm.Mean, norm.Variance];
        ParameterKind[] kinds = [ParameterKind.NormGamma, ParameterKind.NormBeta, ParameterKind.NormMean, ParameterKind.NormVariance];
        for (var i = 0; i < names.Length; i++) graph.Network.Declare(names[i], kinds[i], new Tensor([channels], [.. parameters[i].Numbers]));
        return map with { Node = graph.Network.Like(map.Node, name => new BatchNormNode(name, map.Node, layer) { Epsilon = epsilon }, layer) };
    }

    /// <summary>The name that a node's weights get: that of the weight in the graph, where it is one, else the node's.</summary>
    private static string LayerName(OnnxNode node) =>
        node.Input(1) is var weight && weight.EndsWith(WeightEnding, StringComparison.Ordinal) && weight.Length > WeightEnding.Length ? weight[..^WeightEnding.Length]
        : node.Proto.Name.Length > 0 ? node.Proto.Name : $"{node.Operator.ToLowerInvariant()}_{node.Outputs[0]}";

    private static ImportedValue Linear(
        GraphImport graph, OnnxNode node, ImportedValue.Map map, ConstantTensor factor, bool isTransposed, float alpha, ConstantTensor? bias, float beta)
    {
        var channels = graph.Network.ChannelsOf(map.Node);
        var features = (int)Math.Min(int.MaxValue, (long)channels * map.Window * map.Window);
        if (!map.IsFlat) throw new NotTakenException("multiplies matrices of a map that was not flattened");
        if (factor.Shape is not [var rows, var columns] || (isTransposed ? columns : rows) != features || factor.Count == 0)
            throw new NotTakenException($"multiplies {features} features by [{ShownList.Of(factor.Shape)}]");
        if (map.Window > 1) graph.NoteOfOneSize(node, $"multiplies the {map.Window} x {map.Window} pixels that a map of the graph's size has");
        var filters = isTransposed ? rows : columns;
        if (bias is not null && (bias.Count is var count && count != 1 && (count != filters || bias.Shape[^1] != filters)))
            throw new NotTakenException($"adds [{ShownList.Of(bias.Shape)}] to {filters} features");
        var key = (node.Input(1), node.Input(2), alpha, beta, isTransposed, map.Window);
        var layer = graph.LayerOf(node, key, LayerName(node), layer =>
        {
            graph.Network.Reserve(factor.Count);
            var (weight, numbers) = (new Tensor(filters, channels, map.Window, map.Window), factor.Numbers);
            for (var i = 0; i < weight.Length; i++)
                weight.Data[i] = alpha * (isTransposed ? numbers[i] : numbers[(i % features * filters) + (i / features)]);
            return (
                graph.Network.Declare(layer + WeightEnding, ParameterKind.ConvWeight, weight),
                bias is null ? null : graph.Network.Declare(
                    layer + ".bias", ParameterKind.ConvBias, new Tensor([filters], [.. Enumerable.Range(0, filters).Select(o => beta * bias.Numbers[bias.Count == 1 ? 0 : o])])));
        });
        return new ImportedValue.Map(Append(graph, map.Node, layer, new ConvGeometry(map.Window, 1, 0, 1), filters)) { IsFlat = true };
    }

    private static int Append(GraphImport graph, int input, (string Layer, string Weight, string? Bias) layer, ConvGeometry window, int filters)
    {
        var conv = new Conv2dNode(graph.Network.Name(layer.Layer), input, layer.Weight, layer.Bias, window.Stride, window.Padding, window.Groups) { Dilation = window.Dilation };
        return graph.Network.Windowed(input, conv, filters, window);
    }
}
