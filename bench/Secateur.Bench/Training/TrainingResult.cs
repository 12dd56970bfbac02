using Secateur.Bench.Statistics;

namespace Secateur.Bench.Training;

/// <summary>The cost of a training step.</summary>
/// <param name="Settings">What was measured.</param>
/// <param name="StepMs">The times of the measured steps.</param>
/// <param name="ProcessorMs">The processor time of a step, all threads together: what other work on the machine hardly changes.</param>
/// <param name="Stages">The stages of a step, in their order.</param>
/// <param name="Kernels">The kernels of forward and backward pass, measured one by one in further steps, the most expensive one first.</param>
/// <param name="WorkspaceBytes">The engine's memory for feature maps and gradients.</param>
/// <param name="PeakResidentBytes">The most memory that the process had at once.</param>
/// <param name="FirstLoss">The loss of the first step.</param>
/// <param name="LastLoss">The loss of the last step.</param>
internal sealed record TrainingResult(
    TrainingSettings Settings,
    double[] StepMs,
    double ProcessorMs,
    StageCost[] Stages,
    KernelCost[] Kernels,
    long WorkspaceBytes,
    long PeakResidentBytes,
    double FirstLoss,
    double LastLoss)
{
    /// <summary>The median of the measured steps.</summary>
    public double MedianMs => Spread.Of(StepMs).Median;

    /// <summary>Over all measured steps.</summary>
    public double ImagesPerSecond => 1000 * Settings.Batch / StepMs.Average();
}

/// <summary>A stage of a training step.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Ms">Its mean time over the measured steps.</param>
internal sealed record StageCost(string Stage, double Ms);

/// <summary>A kind of kernel in one of the passes.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Pass">The stage that calls it.</param>
/// <param name="Calls">Calls a training step.</param>
/// <param name="Ms">Time of all calls of a training step.</param>
/// <param name="Share">Of the time of all kernels.</param>
internal sealed record KernelCost(string Kernel, string Pass, int Calls, double Ms, double Share);
