using Secateur.Execution;
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

    /// <summary>Refuses what the machine has no memory for.</summary>
    /// <exception cref="NetworkException">There is less than <paramref name="bytes"/>.</exception>
    internal void RequireMemory(long bytes) =>
        MachineMemory.Require(bytes, $"a batch of {Batch} at {Height} x {Width} pixels", "; take a smaller batch or smaller images");
}
