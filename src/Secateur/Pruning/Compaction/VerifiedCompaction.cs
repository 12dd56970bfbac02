using Secateur.Weights;

namespace Secateur.Pruning.Compaction;

/// <summary>A compacted model that was shown to compute the same.</summary>
/// <param name="Model">The compacted model.</param>
/// <param name="MaxRelativeDifference">Of its outputs to those of the masked one, see <see cref="CompactionCheck"/>.</param>
public readonly record struct VerifiedCompaction(Model Model, double MaxRelativeDifference)
{
    /// <summary>Compacts a model, runs both on sample images and compares.</summary>
    /// <param name="masked">The model with its zeros.</param>
    /// <param name="compact">What compacts; null for <see cref="Compactor.Compact"/>.</param>
    /// <exception cref="InvalidOperationException">The compacted model computes something else.</exception>
    public static VerifiedCompaction Of(Model masked, Func<Model, Model>? compact = null)
    {
        var compacted = (compact ?? Compactor.Compact)(masked);
        var difference = CompactionCheck.MaxRelativeDifference(masked, compacted);
        if (difference <= CompactionCheck.Tolerance) return new VerifiedCompaction(compacted, difference);
        throw new InvalidOperationException(double.IsFinite(difference)
            ? FormattableString.Invariant($"the compacted model differs by {difference:0.0e+0} (relative; at most {CompactionCheck.Tolerance:0.0e+0} expected)")
            : "the compacted model or the model itself gives values that are not finite");
    }
}
