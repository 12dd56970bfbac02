using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Pruning.Compaction;

/// <summary>How large a model is.</summary>
/// <param name="Parameters">Learnable parameters, shared ones once.</param>
/// <param name="NonZeroParameters">Those that are not zero.</param>
/// <param name="StoredValues">The float32 values of its file: all tensors, running statistics included.</param>
/// <param name="Macs">Multiply-adds of the convolutions for one image.</param>
public readonly record struct ModelSize(int Parameters, int NonZeroParameters, long StoredValues, long Macs)
{
    /// <summary>Measures a model for an input of <paramref name="height"/> x <paramref name="width"/> pixels.</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static ModelSize Of(Model model, int height, int width)
    {
        var statistics = PruningStatistics.Of(model);
        return new ModelSize(
            statistics.Parameters,
            statistics.NonZeroParameters,
            model.Weights.Values.Sum(t => (long)t.Length),
            NetworkCosts.CountMacs(model.Network, height, width));
    }
}

/// <summary>What compaction gained.</summary>
/// <param name="Before">The masked model.</param>
/// <param name="After">The compacted model.</param>
public readonly record struct CompactionReport(ModelSize Before, ModelSize After)
{
    /// <summary>Compares two models for an input of <paramref name="height"/> x <paramref name="width"/> pixels.</summary>
    /// <exception cref="NetworkException">A network cannot run at this size.</exception>
    public static CompactionReport Of(Model masked, Model compacted, int height, int width) =>
        new(ModelSize.Of(masked, height, width), ModelSize.Of(compacted, height, width));
}
