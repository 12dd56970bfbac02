using System.Collections.Immutable;

namespace Secateur.WiderFace;

/// <summary>An image of the data set with its annotated faces.</summary>
/// <param name="Name">Its identity.</param>
/// <param name="Path">The image file.</param>
/// <param name="Faces">The faces, in the order of the annotation file; those marked invalid and those without area included.</param>
public sealed record WiderFaceImage(WiderImageName Name, string Path, ImmutableArray<AnnotatedFace> Faces);
