using Secateur.Training.Loss;

namespace Secateur.Training.Runs;

/// <summary>The loss or a weight is not a number any more; the last saved state is from before.</summary>
public sealed class TrainingDivergedException(string message) : InvalidOperationException(message)
{
    /// <summary>Lets a finite loss pass.</summary>
    /// <exception cref="TrainingDivergedException">It is none; the message names the images.</exception>
    internal static MultiBoxResult Check(MultiBoxResult loss, ITrainingBatch batch)
    {
        if (double.IsFinite(loss.Total)) return loss;
        string[] names = [.. batch.Names];
        var broken = loss.NonFiniteImages.IsEmpty ? names : loss.NonFiniteImages.Select(i => names[i]);
        throw new TrainingDivergedException($"the loss became {loss.Total} with the images {Join(broken)}; try a lower learning rate");
    }

    /// <summary>Weights or running statistics became infinite or no numbers.</summary>
    internal static TrainingDivergedException OfWeights(ITrainingBatch batch) =>
        new($"weights are not finite any more after the step with the images {Join(batch.Names)}; try a lower learning rate");

    private static string Join(IEnumerable<string> names) => string.Join(", ", names.Distinct());
}
