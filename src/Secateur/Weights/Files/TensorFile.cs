using System.Collections.Immutable;
using Secateur.Kernels;

namespace Secateur.Weights.Files;

/// <summary>What a file of named tensors holds.</summary>
/// <param name="Kind">The format that it was read from.</param>
/// <param name="Tensors">
/// The tensors by name, enumerated in the order of the file. Every element type is converted to float32: F64 is rounded to nearest,
/// integers must be exactly representable, booleans become 0 and 1. Names of the same view of the same storage share one
/// <see cref="Tensor"/>.
/// </param>
/// <param name="Metadata">Free text by key; empty for PyTorch files.</param>
public sealed record TensorFile(
    WeightFileKind Kind,
    IReadOnlyDictionary<string, Tensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What stands in the file beside the tensors and was passed over, in words; empty for plain files.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
