namespace Secateur.Demo.Datasets;

/// <summary>What a drawn data set is like.</summary>
internal sealed record DrawnDatasetOptions
{
    /// <summary>Images to learn from.</summary>
    public int TrainImages { get; init; } = 300;

    /// <summary>Images to evaluate on.</summary>
    public int ValidationImages { get; init; } = 60;

    /// <summary>Columns of every image, at least 32.</summary>
    public int Width { get; init; } = 320;

    /// <summary>Rows of every image, at least 32.</summary>
    public int Height { get; init; } = 320;

    /// <summary>Faces of an image at most; each has 1 or more.</summary>
    public int MostFaces { get; init; } = 8;

    /// <summary>Another one gives other images.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; the images do not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TrainImages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ValidationImages);
        ArgumentOutOfRangeException.ThrowIfLessThan(Width, 32);
        ArgumentOutOfRangeException.ThrowIfLessThan(Height, 32);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MostFaces);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Threads);
    }
}
