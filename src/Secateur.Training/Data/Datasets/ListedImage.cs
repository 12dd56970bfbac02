using System.Collections.Immutable;

namespace Secateur.Training.Data.Datasets;

/// <summary>An image as a reader found it in the labels, nothing checked yet.</summary>
/// <param name="Path">Where the file should be.</param>
/// <param name="Name">Its name within the data set.</param>
/// <param name="Faces">Its faces.</param>
internal sealed record ListedImage(string Path, string Name, ImmutableArray<LabelledFace> Faces)
{
    /// <summary>The faces are relative to the image, 0 to 1, not in pixels.</summary>
    public bool Relative { get; init; }

    /// <summary>The labels are for the pixels as stored, whatever the EXIF orientation; else for the upright picture that label tools show.</summary>
    public bool AsStored { get; init; }

    /// <summary>Nothing is known of its faces.</summary>
    public bool Unlabelled { get; init; }

    /// <summary>The size that the labels say the image has; null where they say nothing.</summary>
    public (int Width, int Height)? DeclaredSize { get; init; }

    /// <summary>Labelled objects that are no faces.</summary>
    public int OtherObjects { get; init; }

    /// <summary>Labels that cannot be read, each with its place and the reason.</summary>
    public ImmutableArray<string> OddLabels { get; init; } = [];

    /// <summary>Why its labels cannot be used at all, if so.</summary>
    public InvalidFileException? Problem { get; init; }
}
