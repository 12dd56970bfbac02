using System.Collections.Immutable;
using Secateur.Onnx.Format;
using Secateur.Weights.Files;

namespace Secateur.Onnx.Import;

/// <summary>A node of an ONNX graph, as opset 13 writes it.</summary>
internal sealed class OnnxNode(NodeProto proto)
{
    /// <summary>The node as a file holds it.</summary>
    public NodeProto Proto => proto;

    /// <summary>The operator.</summary>
    public string Operator => proto.OpType;

    /// <summary>The names of the values that it reads; empty ones are left out.</summary>
    public IReadOnlyList<string> Inputs => proto.Input;

    /// <summary>The names of the values that it gives.</summary>
    public IReadOnlyList<string> Outputs => proto.Output;

    /// <summary>Its own name, or that of what it gives.</summary>
    public string Name => proto.Name.Length > 0 ? proto.Name : proto.Output.FirstOrDefault(o => o.Length > 0) ?? "";

    /// <summary>The name of an input; empty where it is left out.</summary>
    public string Input(int index) => index < proto.Input.Count ? proto.Input[index] : "";

    /// <summary>An integer attribute.</summary>
    public long Integer(string name, long otherwise) => Find(name)?.I ?? otherwise;

    /// <summary>A number.</summary>
    public float Number(string name, float otherwise) => Find(name)?.F ?? otherwise;

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise) => Find(name)?.S.ToStringUtf8() ?? otherwise;

    /// <summary>A list of integers; null where there is none.</summary>
    public ImmutableArray<long>? Integers(string name) => Find(name) is { } attribute ? [.. attribute.Ints] : null;

    /// <summary>The attribute of this name; null where there is none.</summary>
    public AttributeProto? Find(string name) => proto.Attribute.FirstOrDefault(a => a.Name == name);

    /// <summary>Name and operator.</summary>
    public override string ToString() => $"{UntrustedFile.Show(Name)} ({UntrustedFile.Plain(Operator)})";
}
