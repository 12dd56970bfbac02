namespace Secateur.Onnx.Import;

/// <summary>A node that has no form in the product's networks; the message says why.</summary>
internal sealed class NotTakenException(string reason) : Exception(reason);
