using System.Collections.Immutable;

namespace Secateur.Training.Data.Datasets;

/// <summary>A labelled face in pixels: left and top edge, right and bottom edge; may reach outside the image.</summary>
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
/// <param name="Width">Width in pixels of the picture that the labels are for.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Faces">Its faces, each with some area inside the image, none twice; may be empty.</param>
public sealed record LabelledImage(string Path, string Name, int Width, int Height, ImmutableArray<LabelledFace> Faces)
{
    /// <summary>The labels are for the picture turned upright by its EXIF orientation; else for the pixels as stored.</summary>
    public bool Upright { get; init; }
}
