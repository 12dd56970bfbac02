using System.Collections.Immutable;

namespace Secateur.Training.Loss;

/// <summary>The loss of a batch.</summary>
/// <param name="Location">Smooth L1 of the matched anchors' boxes, over the number of positives.</param>
/// <param name="Confidence">Cross-entropy of the positives' and the hard negatives' scores, over the number of positives.</param>
/// <param name="Positives">The anchors that learn a face, in the whole batch.</param>
/// <param name="NonFiniteImages">The positions of the images whose own loss is infinite or no number.</param>
public sealed record MultiBoxResult(double Location, double Confidence, int Positives, ImmutableArray<int> NonFiniteImages)
{
    /// <summary>What training minimises: both parts with weight 1.</summary>
    public double Total => Location + Confidence;
}
