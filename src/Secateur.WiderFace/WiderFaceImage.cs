using System.Collections.Immutable;

namespace Secateur.WiderFace;

/// <summary>An image of the data set with its annotated faces.</summary>
/// <param name="Name">Its identity.</param>
/// <param name="Path">The image file.</param>
/// <param name="Faces">The faces, in the order of the annotation file; those marked invalid and those without area included.</param>
public sealed record WiderFaceImage(WiderImageName Name, string Path, ImmutableArray<AnnotatedFace> Faces)
{
    /// <summary>Lines of the annotation file, with their numbers, that should be faces of this image, but are of another form.</summary>
    public ImmutableArray<string> OddLines { get; init; } = [];

    /// <summary>Why its part of the annotation file cannot be relied on; null for one in order.</summary>
    public string? Problem { get; init; }
}
