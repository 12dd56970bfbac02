using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>What a parameter is for.</summary>
public enum ParameterKind
{
    /// <summary>Convolution weight, [O, I / groups, K, K].</summary>
    ConvWeight,

    /// <summary>Convolution bias, [O].</summary>
    ConvBias,

    /// <summary>Batch-norm gamma, [C].</summary>
    NormGamma,

    /// <summary>Batch-norm beta, [C].</summary>
    NormBeta,

    /// <summary>Batch-norm running mean, [C]; not learnable.</summary>
    NormMean,

    /// <summary>Batch-norm running variance, [C]; not learnable.</summary>
    NormVariance,

    /// <summary>Slope of a PReLU, [1], or slopes, [C].</summary>
    Slope,

    /// <summary>Fusion weights, [2, columns].</summary>
    FusionWeight,
}

/// <summary>A parameter that a network needs: its state_dict name, shape and kind.</summary>
public sealed record ParameterSpec(string Name, ImmutableArray<int> Shape, ParameterKind Kind)
{
    /// <summary>Whether training changes it; running statistics are not counted as parameters by the paper's tables.</summary>
    public bool IsLearnable => Kind is not (ParameterKind.NormMean or ParameterKind.NormVariance);

    /// <summary>The number of elements.</summary>
    public int Count => Kernels.Tensor.CountElements(Shape.AsSpan());
}
