using Secateur.Graph;

namespace Secateur.Training.Engine;

/// <summary>The size of what a <see cref="TrainingEngine"/> trains on, and with what means.</summary>
public sealed record TrainingEngineOptions
{
    /// <summary>N, images a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>H, rows of each image.</summary>
    public int Height { get; init; } = 640;

    /// <summary>W, columns of each image.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Threads that compute; the results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes that feature maps and gradients should not exceed: values that do not fit are computed again in the backward pass. Where even that
    /// does not help the engine takes what it needs.
    /// </summary>
    public long MemoryLimit { get; init; } = 5_300_000_000;

    // Linux promises memory that it does not have, and kills who uses it: better to ask first.
    internal void RequireMemory(long bytes)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (bytes <= available) return;
        throw new NetworkException(FormattableString.Invariant(
            $"a batch of {Batch} at {Height} x {Width} pixels needs {bytes / 1e9:F1} GB of memory, this machine has {available / 1e9:F1} GB; take a smaller batch or smaller images"));
    }
}
