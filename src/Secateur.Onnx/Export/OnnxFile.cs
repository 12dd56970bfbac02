using System.Collections.Immutable;

namespace Secateur.Onnx.Export;

/// <summary>An input or a result of an ONNX model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements, such as <c>float32</c>.</param>
/// <param name="Shape">Its sizes; what is no number is any size, and the same one wherever it stands.</param>
public sealed record OnnxValue(string Name, string Type, ImmutableArray<string> Shape)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}] {Type}";
}

/// <summary>An exported model.</summary>
/// <param name="Content">The bytes of the file.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
/// <param name="Opset">The version of ONNX's operators that it uses.</param>
public sealed record OnnxFile(byte[] Content, ImmutableArray<OnnxValue> Inputs, ImmutableArray<OnnxValue> Outputs, int Opset);
