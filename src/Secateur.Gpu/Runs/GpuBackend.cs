using System.Text;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Inference;
using Secateur.Runtime;
using Secateur.Training;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Runs;

/// <summary>Runs, validation and detection on a GPU.</summary>
/// <param name="device">The device; stays the caller's.</param>
/// <param name="ranks">The processes that take each step together, each on a device of its own; null for one.</param>
public sealed class GpuBackend(GpuDevice device, Collective? ranks = null) : TrainingBackend
{
    /// <inheritdoc/>
    public override Collective Ranks { get; } = ranks ?? Collective.Alone;

    /// <summary>Its kernels, compiled once.</summary>
    internal KernelSet Kernels { get; init; } = new(device.Accelerator);

    /// <inheritdoc/>
    public override string Device => device.ToString();

    /// <inheritdoc/>
    internal override ITrainer CreateTrainer(TrainingConfig config, Model initial)
    {
        if (config.Distill) throw new ArgumentException($"distillation runs on the processor, not on {device}");

        // Other devices round otherwise, and the processes' weights would part without anybody's noticing.
        Ranks.RequireSame($"kind of device ({device})", Encoding.UTF8.GetBytes(device.Model));
        return DeviceException.Guard(device, () => new GpuTrainer(device, Kernels, config, initial, Ranks));
    }

    /// <inheritdoc/>
    internal override IImageEngine CreateEngine(Model model) => new GpuImageEngine(device, Kernels, model);
}
