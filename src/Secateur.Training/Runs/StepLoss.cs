using System.Collections.Immutable;
using Secateur.Training.Loss;

namespace Secateur.Training.Runs;

/// <summary>The loss of a step; the parts that a run does not have are 0.</summary>
/// <param name="Location">Smooth L1 of the boxes.</param>
/// <param name="Confidence">Cross entropy of the scores.</param>
/// <param name="Distillation">The distance from the original's outputs.</param>
/// <param name="Positives">The anchors that learn a face, in the whole batch.</param>
/// <param name="NonFiniteImages">The positions in the batch of the images whose own loss is infinite or no number.</param>
internal sealed record StepLoss(double Location, double Confidence, double Distillation, int Positives, ImmutableArray<int> NonFiniteImages)
{
    /// <summary>What training minimises.</summary>
    public double Total => Location + Confidence + Distillation;

    /// <summary>The loss on labels.</summary>
    public static StepLoss Of(MultiBoxResult loss) => new(loss.Location, loss.Confidence, 0, loss.Positives, loss.NonFiniteImages);
}
