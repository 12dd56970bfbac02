namespace Secateur.Training.Runs;

/// <summary>The loss or a weight is not a number any more; the last saved state is from before.</summary>
public sealed class TrainingDivergedException(string message) : InvalidOperationException(message)
{
    /// <summary>Lets a finite loss pass.</summary>
    /// <param name="loss">The loss of a batch.</param>
    /// <param name="namesOf">Gives the names of its images.</param>
    /// <exception cref="TrainingDivergedException">It is none; the message names the images.</exception>
    internal static StepLoss Check(StepLoss loss, Func<IReadOnlyList<string>> namesOf)
    {
        if (double.IsFinite(loss.Total)) return loss;
        var names = namesOf();
        var broken = loss.NonFiniteImages.IsEmpty ? names : loss.NonFiniteImages.Select(i => names[i]);
        throw new TrainingDivergedException($"the loss became {loss.Total} with the images {Join(broken)}; try a lower learning rate");
    }

    /// <summary>Weights or running statistics became infinite or no numbers.</summary>
    internal static TrainingDivergedException OfWeights(IEnumerable<string> names) =>
        new($"weights are not finite any more after the step with the images {Join(names)}; try a lower learning rate");

    private static string Join(IEnumerable<string> names) => string.Join(", ", names.Distinct());
}
