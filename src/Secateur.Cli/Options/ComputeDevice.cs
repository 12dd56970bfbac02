using System.CommandLine;
using Secateur.Cli.Output;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Runs;
using Secateur.Mpi;
using Secateur.Training;
using Secateur.Training.Runs;

namespace Secateur.Cli.Options;

/// <summary>What a command computes on, open while it runs.</summary>
internal sealed class ComputeDevice : IDisposable
{
    private readonly GpuDevice? _gpu;

    private ComputeDevice(GpuDevice? gpu, Collective ranks)
    {
        _gpu = gpu;
        Backend = gpu is null ? TrainingBackend.OnProcessors(ranks) : new GpuBackend(gpu, ranks);
    }

    /// <summary>What runs there.</summary>
    public TrainingBackend Backend { get; }

    /// <summary>The option that names it.</summary>
    /// <param name="description">What runs there.</param>
    /// <param name="initial">The device when none is named.</param>
    public static Option<DeviceName> Option(string description, DeviceKind initial = DeviceKind.Auto)
    {
        var option = new Option<DeviceName>("--device")
        {
            Description = $"{description} auto: an NVIDIA GPU where there is one, else the processor. secateur devices lists what there is.",
            HelpName = "auto|cpu|cuda[:N]|opencl[:N]",
            DefaultValueFactory = _ => new DeviceName(initial),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (DeviceName.TryParse(text, out var name)) return name;
                result.AddError($"--device is '{text}'; expected {DeviceName.Expected}");
                return default;
            },
        };
        option.CompletionSources.Add("auto", "cpu", "cuda", "opencl");
        return option;
    }

    /// <summary>The option that says how precisely training multiplies.</summary>
    public static Option<string?> PrecisionOption() => CommonOptions.Choice(
        "--precision",
        "fp32: 32-bit floats; tf32: wide convolutions multiply with 10 bits behind the point and sum 32-bit floats, on an NVIDIA GPU alone.",
        ["fp32", "tf32"],
        "fp32");

    /// <summary>Opens what several processes train on together: their processors, unless GPUs are named.</summary>
    /// <param name="name">The device, the same one for all where it has a number, else one for each of a machine's processes.</param>
    /// <param name="precision">What it is asked for.</param>
    /// <param name="ranks">The processes.</param>
    /// <exception cref="UsageException">The device has not this precision.</exception>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used.</exception>
    public static ComputeDevice Open(DeviceName name, Precision precision, Collective ranks)
    {
        if (ranks.Size == 1) return Open(name, precision);

        // A machine may have fewer GPUs than processes, or none beside others that have some: they are taken where they are asked for.
        if (name.Kind is not (DeviceKind.Auto or DeviceKind.Cpu)) return new ComputeDevice(OpenGpu(OwnOf(name), precision), ranks);
        return precision == Precision.Fp32 ? new ComputeDevice(null, ranks) : throw OnlyCuda($"not --device {name} in several processes");
    }

    /// <summary>Opens it.</summary>
    /// <param name="name">The device.</param>
    /// <param name="precision">What it is asked for.</param>
    /// <exception cref="UsageException">The device has not this precision.</exception>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used.</exception>
    public static ComputeDevice Open(DeviceName name, Precision precision = Precision.Fp32)
    {
        var gpu = OpenGpu(name, precision);

        // Somebody with such a driver means to use it.
        if (gpu is null && name.Kind == DeviceKind.Auto && DeviceList.HasCudaDriver)
        {
            var reason = DeviceList.Find(DeviceKind.Cuda) is [{ Problem: { } problem }, ..] ? problem : DeviceList.WhyNone(DeviceKind.Cuda);
            Report.Remark($"No CUDA device: {reason}; the processor computes");
        }

        return new ComputeDevice(gpu, Collective.Alone);
    }

    /// <summary>Whether it multiplies as it is asked to.</summary>
    public bool Has(Precision precision) => precision == Precision.Fp32 || _gpu is { HasTensorCores: true };

    /// <summary>Tells where it is about to happen, if that is not the processor.</summary>
    public void Announce()
    {
        if (_gpu is not null) Report.Remark($"Device: {Backend.Device}; its kernels are compiled when they are first needed");
    }

    /// <inheritdoc/>
    public void Dispose() => _gpu?.Dispose();

    /// <summary>The device of this process among those of its machine, unless one is named.</summary>
    private static DeviceName OwnOf(DeviceName name)
    {
        if (name.Index is not null || name.Kind is not (DeviceKind.Cuda or DeviceKind.OpenCl)) return name;
        var usable = DeviceList.Find(name.Kind).Where(d => d.Problem is null).ToArray();
        return usable.Length == 0 ? name : usable[MpiLauncher.LocalRank % usable.Length].Name;
    }

    private static GpuDevice? OpenGpu(DeviceName name, Precision precision)
    {
        var isTf32 = precision == Precision.Tf32;
        if (isTf32 && name.Kind is not (DeviceKind.Auto or DeviceKind.Cuda)) throw OnlyCuda($"not {name}");
        var gpu = GpuDevice.Open(name);
        if (isTf32 && gpu is null) throw OnlyCuda("of which --device auto finds none (secateur devices says why)");
        if (isTf32 && !gpu!.HasTensorCores)
        {
            var found = gpu.ToString();
            gpu.Dispose();
            throw OnlyCuda($"from Ampere on; {found} is older");
        }

        return gpu;
    }

    private static UsageException OnlyCuda(string instead) => new($"--precision tf32 is what the tensor cores of NVIDIA GPUs compute (--device cuda), {instead}");
}
