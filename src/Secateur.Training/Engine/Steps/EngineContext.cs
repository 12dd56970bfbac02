using Secateur.Kernels.Simd;

namespace Secateur.Training.Engine.Steps;

/// <summary>What all steps of an engine share.</summary>
internal sealed class EngineContext
{
    public required SimdLevel Level { get; init; }

    /// <summary>N: the images of this process.</summary>
    public required int Batch { get; init; }

    /// <summary>The images of all processes.</summary>
    public int WholeBatch => Batch * Collective.Size;

    /// <summary>
    /// Chunks of a step in all processes. What is summed over a batch is kept by chunk: this process fills its own, the others' come from them.
    /// </summary>
    public required int Chunks { get; init; }

    /// <summary>Chunks of this process; also the most threads that can share a step.</summary>
    public int OwnChunks => Chunks / Collective.Size;

    /// <summary>The first of them.</summary>
    public int FirstChunk => OwnChunks * Collective.Rank;

    /// <summary>The processes that share each batch.</summary>
    public required Collective Collective { get; init; }

    /// <summary>Whether norms use their running statistics, which stay as they are.</summary>
    public bool FrozenNorms { get; init; }

    public required ParameterVector Parameters { get; init; }

    /// <summary>Laid out as the parameters.</summary>
    public required float[] Gradients { get; init; }

    /// <summary>Running means and variances by name.</summary>
    public required IReadOnlyDictionary<string, float[]> Statistics { get; init; }

    /// <summary>Where the threads' scratch memory starts in the workspace.</summary>
    public nint ScratchOffset { get; set; }

    /// <summary>Floats of scratch memory a thread.</summary>
    public nint ScratchFloats { get; set; }
}
