using Google.Protobuf;
using Secateur.Onnx.Export;
using Secateur.Onnx.Format;
using Secateur.TestSupport;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Tests;

/// <summary>An ONNX file as other programs write them, node by node.</summary>
internal sealed class OnnxDraft
{
    private readonly Random _random;

    /// <param name="seed">Of the weights.</param>
    /// <param name="shape">Of the input <c>image</c>; negative sizes are any.</param>
    public OnnxDraft(int seed, params long[] shape)
    {
        _random = new Random(seed);
        Graph.Input("image", TensorProto.Types.DataType.Float, shape, ["n", "c", "h", "w"]);
    }

    public GraphWriter Graph { get; } = new("draft");

    /// <summary>A node with one result.</summary>
    public string Add(string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes) => Graph.Add(op, op.ToLowerInvariant(), inputs, attributes);

    /// <summary>A convolution with fresh weights.</summary>
    public string Conv(string input, int channels, int filters, int height, int width, int groups = 1, bool bias = true, params ReadOnlySpan<AttributeProto> attributes)
    {
        var name = Unique("conv");
        var weight = Numbers($"{name}.weight", MathF.Sqrt(2f / (channels / groups * height * width)), filters, channels / groups, height, width);
        string[] inputs = bias ? [input, weight, Numbers($"{name}.bias", 0.3f, filters)] : [input, weight];
        return Graph.Add("Conv", name, inputs, [.. attributes, Integer("group", groups), Integers("kernel_shape", height, width)]);
    }

    /// <summary>Random numbers around zero.</summary>
    public string Numbers(string name, float scale, params int[] shape) =>
        Graph.Weight(name, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => scale * RandomWeights.Normal(_random))], shape);

    /// <summary>Random numbers from 0.5 to 1.5.</summary>
    public string Positive(string name, params int[] shape) =>
        Graph.Weight(name, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => 0.5f + _random.NextSingle())], shape);

    /// <summary>A name of a constant that is free.</summary>
    public string Unique(string name) => $"{name}{_names++}";

    private int _names;

    /// <summary>An attribute that is a number.</summary>
    public static AttributeProto Number(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    /// <summary>Declares results of any shape.</summary>
    public OnnxDraft Outputs(params ReadOnlySpan<string> values)
    {
        foreach (var value in values) Graph.Graph.Output.Add(new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } });
        return this;
    }

    public ModelProto Model(int opset = 13) => new()
    {
        IrVersion = 7,
        Graph = Graph.Graph,
        OpsetImport = { new OperatorSetIdProto { Version = opset } },
    };

    public byte[] File(int opset = 13) => Model(opset).ToByteArray();
}
