using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Inference;
using Secateur.Runtime;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Runs;

/// <summary>Runs, validation and detection on a GPU.</summary>
/// <param name="device">The device; stays the caller's.</param>
public sealed class GpuBackend(GpuDevice device) : TrainingBackend
{
    /// <summary>Its kernels, compiled once.</summary>
    internal KernelSet Kernels { get; } = new(device.Accelerator);

    /// <inheritdoc/>
    public override string Device => device.ToString();

    /// <inheritdoc/>
    internal override ITrainer CreateTrainer(TrainingConfig config, Model initial) =>
        DeviceException.Guard(device, () => new GpuTrainer(device, Kernels, config, initial));

    /// <inheritdoc/>
    internal override IImageEngine CreateEngine(Model model) => new GpuImageEngine(device, Kernels, model);
}
