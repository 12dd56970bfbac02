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

    /// <summary>Labelled objects that are no faces.</summary>
    public int OtherObjects { get; init; }

    /// <summary>Why its own label file cannot be read, if so.</summary>
    public InvalidFileException? Problem { get; init; }
}
