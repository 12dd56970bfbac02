namespace Secateur.Reference;

/// <summary>What a backward pass gives.</summary>
/// <param name="Parameters">The gradient of every learnable parameter, by name: summed over the nodes that share it, zero where none reaches it.</param>
/// <param name="Input">The gradient of the batch, for each image [C, H, W].</param>
public sealed record ReferenceGradients(IReadOnlyDictionary<string, double[]> Parameters, Volume[] Input);
