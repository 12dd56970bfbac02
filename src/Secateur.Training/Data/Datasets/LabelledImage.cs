using System.Collections.Immutable;

namespace Secateur.Training.Data.Datasets;

/// <summary>A labelled face in pixels of the stored image (before any EXIF orientation): left and top edge, right and bottom edge; may reach outside.</summary>
public readonly record struct LabelledFace(float X1, float Y1, float X2, float Y2)
{
    /// <summary>Width in pixels.</summary>
    public float Width => X2 - X1;

    /// <summary>Height in pixels.</summary>
    public float Height => Y2 - Y1;
}

/// <summary>An image whose file is there and whose header could be read, with its faces.</summary>
/// <param name="Path">The file.</param>
/// <param name="Name">Its name within the data set, for messages.</param>
/// <param name="Width">Width in pixels, as stored.</param>
/// <param name="Height">Height in pixels, as stored.</param>
/// <param name="Faces">Its faces, each with some area inside the image; may be empty.</param>
public sealed record LabelledImage(string Path, string Name, int Width, int Height, ImmutableArray<LabelledFace> Faces);
