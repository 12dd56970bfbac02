using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Inference;
using Secateur.Runtime;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Runs;

/// <summary>Runs, validation and detection on a GPU.</summary>
/// <param name="device">The device; stays the caller's.</param>
/// <param name="precision">How precisely training multiplies.</param>
public sealed class GpuBackend(GpuDevice device, Precision precision = Precision.Fp32) : TrainingBackend
{
    private readonly KernelSet _kernels = new(device.Accelerator);

    /// <inheritdoc/>
    public override string Device => device.ToString();

    /// <summary>How precisely training multiplies.</summary>
    public Precision Precision { get; } = precision;

    /// <inheritdoc/>
    internal override ITrainer CreateTrainer(TrainingConfig config, Model initial) => new GpuTrainer(device, _kernels, config, initial);

    /// <inheritdoc/>
    internal override IImageEngine CreateEngine(Model model) => new GpuImageEngine(device, _kernels, model);
}
