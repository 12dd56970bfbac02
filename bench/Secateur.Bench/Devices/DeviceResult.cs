using Secateur.Bench.Statistics;

namespace Secateur.Bench.Devices;

/// <summary>The cost of training steps on a device.</summary>
/// <param name="Network">The network.</param>
/// <param name="Device">The device and its model.</param>
/// <param name="Batch">Images a step.</param>
/// <param name="ImageSize">Rows and columns of each image.</param>
/// <param name="Data">The data set.</param>
/// <param name="FirstStepSeconds">From opening the device and the data set to the end of the first step, kernels compiled.</param>
/// <param name="StepMs">The times of the measured steps, waiting for data included.</param>
/// <param name="WaitingMs">How much of each was waiting for data.</param>
/// <param name="PlanBytes">Memory of the device for the network: maps, gradients, weights.</param>
/// <param name="PictureBytes">Memory of the device for decoded pictures.</param>
/// <param name="HostPictureBytes">Memory of the machine for decoded pictures.</param>
/// <param name="IsRecorded">Whether steps ran as a graph.</param>
/// <param name="Launches">Kernels of forward and backward pass.</param>
/// <param name="FirstLoss">The loss of the first step.</param>
/// <param name="LastLoss">The loss of the last step.</param>
/// <param name="Roofline">What the device can do; null where kernels were not measured.</param>
/// <param name="Kernels">Kinds of kernels, the most expensive one first.</param>
internal sealed record DeviceResult(
    string Network,
    string Device,
    int Batch,
    int ImageSize,
    string Data,
    double FirstStepSeconds,
    double[] StepMs,
    double[] WaitingMs,
    long PlanBytes,
    long PictureBytes,
    long HostPictureBytes,
    bool IsRecorded,
    int Launches,
    double FirstLoss,
    double LastLoss,
    DeviceRoofline? Roofline,
    KernelRow[] Kernels)
{
    /// <summary>The median of the measured steps.</summary>
    public double MedianMs => Spread.Of(StepMs).Median;

    /// <summary>Over all measured steps.</summary>
    public double ImagesPerSecond => 1000 * Batch / StepMs.Average();

    /// <summary>Waiting for data, of all measured steps.</summary>
    public double WaitingShare => WaitingMs.Sum() / StepMs.Sum();
}
