using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Inference;
using Secateur.Runtime;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Runs;

/// <summary>Runs, validation and detection on a GPU.</summary>
/// <param name="device">The device; stays the caller's.</param>
/// <param name="precision">How training multiplies; detection is in float32.</param>
public sealed class GpuBackend(GpuDevice device, Precision precision = Precision.Fp32) : TrainingBackend
{
    /// <summary>Its kernels, compiled once.</summary>
    internal KernelSet Kernels { get; } = new(device.Accelerator);

    /// <inheritdoc/>
    public override string Device => precision == Precision.Fp32 ? device.ToString() : $"{device}, {precision.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    internal override ITrainer CreateTrainer(TrainingConfig config, Model initial) => new GpuTrainer(device, Kernels, precision, config, initial);

    /// <inheritdoc/>
    internal override IImageEngine CreateEngine(Model model) => new GpuImageEngine(device, Kernels, model);
}
