using Secateur.Kernels.Simd;

namespace Secateur.Training.Engine.Steps;

/// <summary>What all steps of an engine share.</summary>
internal sealed class EngineContext
{
    public required SimdLevel Level { get; init; }

    /// <summary>N.</summary>
    public required int Batch { get; init; }

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
