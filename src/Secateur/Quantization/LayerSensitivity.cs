namespace Secateur.Quantization;

/// <summary>What a network loses when one layer of it runs in integers.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Error">The squared error of a result over its variance, on the average of all results and images.</param>
public sealed record LayerSensitivity(string Layer, double Error);
