using Secateur.Graph;
using static Secateur.Onnx.Import.OperatorTable;

namespace Secateur.Onnx.Import;

/// <summary>Sums and products of maps, and of maps and constants.</summary>
internal static class ArithmeticImport
{
    /// <summary>What an operator of one or two operands gives.</summary>
    public static ImportedValue Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        if (inputs.OfType<ImportedValue.Sizes>().Any()) return SizeArithmetic.Combined(node, inputs);
        if (node.Operator == "Neg") return Scaled(graph, node, inputs, 0, _ => (-1, 0), null);
        return (node.Operator, inputs) switch
        {
            ("Add", [ImportedValue.Map, ImportedValue.Map]) => Sum(graph, node, inputs),
            ("Mul", [ImportedValue.Map, ImportedValue.Map]) => Product(graph, node, inputs),
            ("Add", [ImportedValue.Map, ImportedValue.Constant]) => Scaled(graph, node, inputs, 0, c => (1, c), ConstantOf(inputs, 1)),
            ("Add", [ImportedValue.Constant, ImportedValue.Map]) => Scaled(graph, node, inputs, 1, c => (1, c), ConstantOf(inputs, 0)),
            ("Sub", [ImportedValue.Map, ImportedValue.Constant]) => Scaled(graph, node, inputs, 0, c => (1, -c), ConstantOf(inputs, 1)),
            ("Sub", [ImportedValue.Constant, ImportedValue.Map]) => Scaled(graph, node, inputs, 1, c => (-1, c), ConstantOf(inputs, 0)),
            ("Mul", [ImportedValue.Map, ImportedValue.Constant]) => Scaled(graph, node, inputs, 0, c => (c, 0), ConstantOf(inputs, 1)),
            ("Mul", [ImportedValue.Constant, ImportedValue.Map]) => Scaled(graph, node, inputs, 1, c => (c, 0), ConstantOf(inputs, 0)),
            ("Div", [ImportedValue.Map, ImportedValue.Constant]) => Scaled(graph, node, inputs, 0, c => (1 / c, 0), ConstantOf(inputs, 1)),
            _ => throw new NotTakenException("has operands that are taken by Add and Mul alone"),
        };
    }

    /// <summary>A constant that is combined with a map, as a number a channel.</summary>
    /// <exception cref="NotTakenException">It has more than that.</exception>
    public static double[] NumbersOf(ConstantTensor constant, int channels, bool isFlat)
    {
        var rank = isFlat ? 2 : 4;
        int[] shape = [.. Enumerable.Repeat(1, Math.Max(0, rank - constant.Shape.Length)), .. constant.Shape];
        if (shape.Length != rank || shape.Where((size, axis) => axis != 1 && size != 1).Any() || (shape[1] != 1 && shape[1] != channels))
            throw new NotTakenException($"combines a constant of shape [{ShownList.Of(constant.Shape)}] with a map of {channels} channels, expected a number a channel");
        var numbers = constant.Numbers;
        return [.. Enumerable.Range(0, channels).Select(c => (double)numbers[numbers.Length == 1 ? 0 : c])];
    }

    private static ImportedValue Scaled(
        GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs, int operand, Func<double, (double Scale, double Shift)> affine, ConstantTensor? constant)
    {
        var (map, input) = (MapOf(inputs, operand), NodeOf(inputs, operand));
        var channels = graph.Network.ChannelsOf(input);
        var numbers = constant is null ? new double[channels] : NumbersOf(constant, channels, map.IsFlat);
        var result = ScaleImport.Apply(graph, node.Input(operand), input, [.. numbers.Select(c => affine(c).Scale)], [.. numbers.Select(c => affine(c).Shift)], node.Name);
        return map with { Node = result };
    }

    private static ImportedValue Sum(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (a, b) = (NodeOf(inputs), NodeOf(inputs, 1));
        RequireAlike(graph, a, b, MapOf(inputs).IsFlat == MapOf(inputs, 1).IsFlat);
        var channels = graph.Network.ChannelsOf(a);
        return MapOf(inputs) with { Node = graph.Network.Like(a, name => new AddNode(name, new MergeOperand(a), new MergeOperand(b), channels), node.Name) };
    }

    private static ImportedValue Product(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (a, b) = (NodeOf(inputs), NodeOf(inputs, 1));
        if (graph.Network.IsPixel(a) && !graph.Network.IsPixel(b)) (a, b) = (b, a);
        var isAlike = MapOf(inputs).IsFlat == MapOf(inputs, 1).IsFlat;
        if (!graph.Network.IsPixel(b) || graph.Network.ChannelsOf(a) != graph.Network.ChannelsOf(b)) RequireAlike(graph, a, b, isAlike);
        else if (!isAlike) throw new NotTakenException("has operands of unequal rank");
        return MapOf(inputs) with { Node = graph.Network.Like(a, name => new MultiplyNode(name, a, b), node.Name) };
    }

    private static void RequireAlike(GraphImport graph, int a, int b, bool isAlike)
    {
        var network = graph.Network;
        if (isAlike && network.ChannelsOf(a) == network.ChannelsOf(b) && network.SizesOf(a).SequenceEqual(network.SizesOf(b))) return;
        throw new NotTakenException($"has operands of unequal shape, {network.ChannelsOf(a)} channels of {network.SizesOf(a)[0]} and {network.ChannelsOf(b)} of {network.SizesOf(b)[0]}");
    }
}
