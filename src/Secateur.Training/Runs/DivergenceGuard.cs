namespace Secateur.Training.Runs;

/// <summary>
/// Notices a training that has left all bounds without ending in numbers that are not finite: the loss over a thousand times its first value (or 1, if
/// that is larger), for 25 steps in a row, or on average over an epoch. Zeroed filters and warm starts raise a loss by tens at most.
/// </summary>
internal static class DivergenceGuard
{
    private const double Multiple = 1000;
    private const int MostSteps = 25;

    /// <summary>The position after a step.</summary>
    /// <exception cref="TrainingDivergedException">The loss has been beyond for too long.</exception>
    public static RunPosition After(RunPosition at, double loss)
    {
        at = at with { FirstLoss = at.FirstLoss ?? loss };
        at = at with { StepsBeyond = loss > Bound(at) ? at.StepsBeyond + 1 : 0 };
        return at.StepsBeyond < MostSteps ? at : throw Diverged(at, loss, $"for {MostSteps} steps");
    }

    /// <exception cref="TrainingDivergedException">The mean loss of the epoch is beyond.</exception>
    public static void CheckEpoch(RunPosition at)
    {
        var mean = (at.LossL + at.LossC + at.LossD) / at.Step;
        if (mean > Bound(at)) throw Diverged(at, mean, "on average over the epoch");
    }

    private static double Bound(RunPosition at) => Multiple * Math.Max(1, at.FirstLoss ?? 1);

    private static TrainingDivergedException Diverged(RunPosition at, double loss, string time) => new(FormattableString.Invariant(
        $"the training diverged: its loss, {at.FirstLoss:G3} at first, was over {Bound(at):G3} {time}, and is {loss:G3} now; try a lower learning rate, in a new run"));
}
