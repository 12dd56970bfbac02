using Secateur.Graph;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>How <see cref="SampleLoader"/> works.</summary>
public sealed record SampleLoaderOptions
{
    /// <summary>The detector that the samples are for.</summary>
    public required DetectorHead Head { get; init; }

    /// <summary>Decides, with epoch and number, every sample.</summary>
    public long Seed { get; init; }

    /// <summary>Width and height of the samples in pixels.</summary>
    public int ImageSize { get; init; } = 640;

    /// <summary>Samples a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Parts into which each batch is divided, evenly.</summary>
    public int Parts { get; init; } = 1;

    /// <summary>The part that is loaded, from 0; its samples are those that it has of the whole batch.</summary>
    public int Part { get; init; }

    /// <summary>Background threads; the samples do not depend on them.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The epoch of the first batch, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>The step of the first batch within its epoch, from 0.</summary>
    public int Step { get; init; }

    /// <summary>Whether an image that cannot be read ends the loading; otherwise another one takes its place.</summary>
    public bool Strict { get; init; }

    /// <summary>Told once of every image that cannot be read, and why, on a background thread.</summary>
    public Action<LabelledImage, string>? BrokenImage { get; init; }
}
