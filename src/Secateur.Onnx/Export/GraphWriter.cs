using System.Runtime.InteropServices;
using Google.Protobuf;
using Secateur.Graph;
using Secateur.Onnx.Format;

namespace Secateur.Onnx.Export;

/// <summary>Builds an ONNX graph: every value and node has a name of its own, equal constants are stored once.</summary>
internal sealed class GraphWriter(string name)
{
    private readonly UniqueNames _names = new();
    private readonly Dictionary<string, string> _constants = [];

    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Declares an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its sizes; a negative one is any, and called by its name in <paramref name="called"/>.</param>
    /// <param name="called">A name a size.</param>
    public string Input(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<string> called)
    {
        Graph.Input.Add(ValueOf(_names.Take(name), type, shape, called));
        return name;
    }

    /// <summary>Declares that a value is a result, under this name.</summary>
    public void Output(string name, string value, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<string> called)
    {
        if (value != name) Graph.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { value }, Output = { name } });
        Graph.Output.Add(ValueOf(name, type, shape, called));
    }

    /// <summary>Keeps a name for a result.</summary>
    public void Reserve(string name) => _names.Take(name);

    /// <summary>Adds an operation with one result.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="name">What to call the result, if that is free.</param>
    /// <param name="inputs">What it reads; an empty name for an input that is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <returns>The result's name.</returns>
    public string Add(string op, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op, Name = _names.Take(name) };
        foreach (var input in inputs) node.Input.Add(input);
        node.Output.Add(node.Name);
        foreach (var attribute in attributes) node.Attribute.Add(attribute);
        Graph.Node.Add(node);
        return node.Name;
    }

    /// <summary>A weight, under its own name.</summary>
    public string Weight(string name, ReadOnlySpan<float> values, ReadOnlySpan<int> shape) => Weight(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A weight of small whole numbers.</summary>
    public string Integers(string name, ReadOnlySpan<sbyte> values, ReadOnlySpan<int> shape) => Weight(name, TensorProto.Types.DataType.Int8, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A value that is computed once however many read it.</summary>
    public string Once(string name, Func<string, string> make) => _constants.TryGetValue(name, out var made) ? made : _constants[name] = make(name);

    /// <summary>A constant vector of integers.</summary>
    public string Integers(params long[] values) => Constant(TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length], string.Join('_', values));

    /// <summary>A constant integer.</summary>
    public string Integer(long value) => Constant(TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes([value]), [], $"scalar_{value}");

    /// <summary>A constant number.</summary>
    public string Number(float value) => Constant(TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes([value]), [], FormattableString.Invariant($"scalar_{value:R}f"));

    /// <summary>A constant byte.</summary>
    public string Byte(byte value) => Constant(TensorProto.Types.DataType.Uint8, [value], [], $"scalar_{value}b");

    /// <summary>A constant number as a vector of one.</summary>
    public string NumberVector(float value) => Constant(TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes([value]), [1], FormattableString.Invariant($"{value:R}f"));

    private string Weight(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> shape)
    {
        if (_constants.TryGetValue(name, out var stored)) return stored;
        return _constants[name] = Store(name, type, bytes, [.. shape.ToArray().Select(d => (long)d)]);
    }

    private string Constant(TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape, string key)
    {
        var name = "constant_" + key;
        return _constants.TryGetValue(name, out var stored) ? stored : _constants[name] = Store(name, type, bytes, shape);
    }

    private string Store(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = _names.Take(name), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        foreach (var size in shape) tensor.Dims.Add(size);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private static ValueInfoProto ValueOf(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> shape, ReadOnlySpan<string> called)
    {
        var sizes = new TensorShapeProto();
        for (var i = 0; i < shape.Length; i++)
            sizes.Dim.Add(shape[i] < 0 ? new TensorShapeProto.Types.Dimension { DimParam = called[i] } : new TensorShapeProto.Types.Dimension { DimValue = shape[i] });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = sizes } } };
    }
}
