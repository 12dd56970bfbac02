using static Secateur.Onnx.Format.AttributeProto.Types;
using static Secateur.Onnx.Format.TensorProto.Types;

namespace Secateur.Onnx.Import;

/// <summary>Which operator is translated where: the one list of those that are taken.</summary>
internal static class OperatorTable
{
    /// <summary>What a node gives in the network, a value a result.</summary>
    /// <exception cref="NotTakenException">It has no form there.</exception>
    public static ImportedValue[] Translate(GraphImport graph, OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        if (inputs is [ImportedValue.Map { Margins: var margins }, ..] && margins != default && node.Operator is not ("Conv" or "AveragePool" or "Pad" or "Identity" or "Shape"))
            throw new NotTakenException("reads a padded map: only convolutions and mean pools take one");
        return node.Operator switch
        {
            "Identity" => [First(inputs)],
            "Cast" => [CastOf(node, First(inputs))],
            "Conv" => [LayerImport.Convolution(graph, node, inputs)],
            "Gemm" => [LayerImport.Gemm(graph, node, inputs)],
            "MatMul" => [LayerImport.MatMul(graph, node, inputs)],
            "BatchNormalization" => [LayerImport.BatchNorm(graph, node, inputs)],
            "Pad" => [PadImport.Translate(graph, node, inputs)],
            "Max" => [ChannelImport.Background(graph, inputs)],
            "Relu" or "LeakyRelu" or "PRelu" or "Clip" or "Sigmoid" or "HardSigmoid" or "HardSwish" => [ActivationImport.Translate(graph, node, inputs)],
            "Add" or "Sub" or "Mul" or "Div" or "Neg" => [ArithmeticImport.Translate(graph, node, inputs)],
            "Floor" or "Ceil" when First(inputs) is ImportedValue.Sizes sizes => [SizeArithmetic.Rounded(node, sizes)],
            "Concat" => [ChannelImport.Concat(graph, node, inputs)],
            "Slice" => [ChannelImport.Slice(graph, node, inputs)],
            "Split" => ChannelImport.Split(graph, node, inputs),
            "Gather" => [ChannelImport.Gather(graph, node, inputs)],
            "MaxPool" or "AveragePool" => [PoolImport.Window(graph, node, inputs)],
            "GlobalAveragePool" or "ReduceMean" => [PoolImport.Mean(graph, node, inputs)],
            "Resize" => [ResizeImport.Translate(graph, node, inputs)],
            "Shape" => [ShapeImport.Shape(graph, node, inputs)],
            "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" => [ShapeImport.Translate(graph, node, inputs)],
            _ => throw new NotTakenException("is no operator that is taken"),
        };
    }

    /// <summary>The value of a <c>Constant</c>; null for one of text.</summary>
    public static ConstantTensor? ConstantOf(OnnxGraphFile graph, OnnxNode node) => node.Proto.Attribute is not [var value] ? null : value.Type switch
    {
        AttributeType.Tensor when value.T is not null => graph.ReadConstant(value.T, $"the constant {node}"),
        AttributeType.Float => ConstantTensor.Of([], [value.F]),
        AttributeType.Floats => ConstantTensor.Of([value.Floats.Count], [.. value.Floats]),
        AttributeType.Int => ConstantTensor.Of([], [value.I]),
        AttributeType.Ints => ConstantTensor.Vector([.. value.Ints]),
        _ => null,
    };

    /// <summary>A map that an operator reads.</summary>
    /// <exception cref="NotTakenException">It is none.</exception>
    public static ImportedValue.Map MapOf(IReadOnlyList<ImportedValue?> inputs, int index = 0) =>
        inputs.ElementAtOrDefault(index) as ImportedValue.Map ?? throw new NotTakenException($"its operand {index} is no map");

    /// <summary>A map whose values are its channels' in order, with nothing pending.</summary>
    public static int NodeOf(IReadOnlyList<ImportedValue?> inputs, int index = 0) => MapOf(inputs, index) is { Window: 1, Margins: var margins } map && margins == default
        ? map.Node
        : throw new NotTakenException($"its operand {index} is a map that was flattened or padded");

    /// <summary>A constant that an operator reads.</summary>
    /// <exception cref="NotTakenException">It is none.</exception>
    public static ConstantTensor ConstantOf(IReadOnlyList<ImportedValue?> inputs, int index) =>
        OptionalOf(inputs, index) ?? throw new NotTakenException($"its operand {index} is missing");

    /// <summary>A constant that an operator may read; null where it is left out.</summary>
    /// <exception cref="NotTakenException">It is none.</exception>
    public static ConstantTensor? OptionalOf(IReadOnlyList<ImportedValue?> inputs, int index) => inputs.ElementAtOrDefault(index) switch
    {
        null => null,
        ImportedValue.Constant constant => constant.Tensor,
        _ => throw new NotTakenException($"its operand {index} is no constant"),
    };

    private static ImportedValue First(IReadOnlyList<ImportedValue?> inputs) => inputs is [{ } first, ..] ? first : throw new NotTakenException("reads nothing");

    private static ImportedValue CastOf(OnnxNode node, ImportedValue value) => (value, (DataType)node.Integer("to", 0)) switch
    {
        (_, DataType.Float) => value,
        (ImportedValue.Sizes sizes, DataType.Int32 or DataType.Int64) => SizeArithmetic.Rounded(node, sizes),
        _ => throw new NotTakenException("makes another type of a map than float32"),
    };
}
