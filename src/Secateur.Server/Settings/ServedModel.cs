using Secateur.Weights;

namespace Secateur.Server.Settings;

/// <summary>A model that a server offers.</summary>
/// <param name="Name">What callers call it.</param>
/// <param name="Model">The network and its weights.</param>
/// <param name="Bytes">Bytes of its file.</param>
public sealed record ServedModel(string Name, Model Model, long Bytes)
{
    /// <summary>What it is, in a line; null where nobody said.</summary>
    public string? Description { get; init; }

    /// <summary>Its average precision on WIDER FACE's validation images in one pass; null where it is not known.</summary>
    public ModelPrecision? Precision { get; init; }
}

/// <summary>Average precision on the three sets of WIDER FACE, each from 0 to 1.</summary>
public sealed record ModelPrecision(double Easy, double Medium, double Hard);
