using Secateur.Execution;
using Secateur.Graph;

namespace Secateur.Training.Engine;

/// <summary>The size of what a <see cref="TrainingEngine"/> trains on, and with what means.</summary>
public sealed record TrainingEngineOptions
{
    /// <summary>Chunks where no number is given.</summary>
    public const int UsualChunks = 16;

    /// <summary>N, images a step, those of all processes together.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>H, rows of each image.</summary>
    public int Height { get; init; } = 640;

    /// <summary>W, columns of each image.</summary>
    public int Width { get; init; } = 640;

    /// <summary>
    /// Parts into which the work of each kernel call falls, in all processes together; also the most threads that share one. What is summed over a batch is summed within
    /// them and then over them, so that the results depend on their number in the last bits.
    /// </summary>
    public int Chunks { get; init; } = UsualChunks;

    /// <summary>The processes that share each batch, evenly.</summary>
    public Collective Collective { get; init; } = Collective.Alone;

    /// <summary>Threads that compute; the results do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Bytes that feature maps and gradients should not exceed: values that do not fit are computed again in the backward pass. Where even that
    /// does not help the engine takes what it needs.
    /// </summary>
    public long MemoryLimit { get; init; } = 5_300_000_000;

    /// <summary>Whether norms use their running statistics, which stay as they are, as in inference; else those of the batch.</summary>
    internal bool FrozenNorms { get; init; }

    /// <summary>Images a step in this process.</summary>
    internal int OwnBatch => Batch / Collective.Size;

    /// <summary>Refuses what the machine has no memory for.</summary>
    /// <exception cref="NetworkException">There is less than <paramref name="bytes"/>.</exception>
    internal void RequireMemory(long bytes) =>
        MachineMemory.Require(bytes, $"a batch of {OwnBatch} at {Height} x {Width} pixels", "; take a smaller batch or smaller images");
}
