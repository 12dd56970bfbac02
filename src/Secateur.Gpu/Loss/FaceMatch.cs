namespace Secateur.Gpu.Loss;

/// <summary>What a face found.</summary>
/// <param name="Anchor">Its best anchor.</param>
/// <param name="Overlap">How much they overlap.</param>
internal readonly record struct FaceMatch(int Anchor, float Overlap);
