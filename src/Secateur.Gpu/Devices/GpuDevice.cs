using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Secateur.Gpu.Devices;

/// <summary>An open device. One thread at a time works with it.</summary>
public sealed class GpuDevice : IDisposable
{
    /// <summary>Threads of a group, in every kernel.</summary>
    internal const int GroupSize = 128;

    /// <summary>Bytes that the threads of a group share, at most: products of weights need them.</summary>
    internal const int GroupMemory = 34 << 10;

    private const int WarpSize = 32;
    private readonly Context _context;

    private GpuDevice(DeviceName name, Context context, Device device)
    {
        (Name, _context) = (name, context);
        Accelerator = device.CreateAccelerator(context);
        Stream = Accelerator.CreateStream();
    }

    /// <summary>How commands name it.</summary>
    public DeviceName Name { get; }

    /// <summary>What its driver calls it.</summary>
    public string Model => Name.Kind == DeviceKind.Emulator ? "emulator" : Accelerator.Name;

    /// <summary>Bytes of its memory; of the emulator, those of the machine.</summary>
    public long MemoryBytes => Name.Kind == DeviceKind.Emulator ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : Accelerator.MemorySize;

    /// <summary>Bytes that nobody has taken; null where drivers do not tell.</summary>
    internal long? FreeBytes => Accelerator is CudaAccelerator cuda ? cuda.GetFreeMemory() : null;

    /// <summary>Bytes that a single buffer may have now: of the free memory, and of what the driver allows.</summary>
    internal long BufferBytes => Accelerator switch
    {
        CudaAccelerator => FreeBytes ?? MemoryBytes,
        CLAccelerator cl => Math.Min(MemoryBytes, OpenClFeatures.LargestBuffer(cl)),
        _ => MemoryBytes,
    };

    /// <summary>Whether its memory is its own, and not the machine's.</summary>
    internal bool HasOwnMemory => Accelerator is not CPUAccelerator && Accelerator is not CLAccelerator { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU };

    /// <summary>Whether it multiplies matrices in TF32 (Ampere and later).</summary>
    public bool HasTensorCores => Accelerator is CudaAccelerator { Architecture: var architecture } && architecture >= CudaArchitecture.SM_80;

    /// <summary>Held by whoever works with it, where several threads might.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>What runs the kernels.</summary>
    internal Accelerator Accelerator { get; }

    /// <summary>Where all work is queued, in order.</summary>
    internal AcceleratorStream Stream { get; }

    /// <summary>Opens a device; null where the name means the processor.</summary>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used.</exception>
    public static GpuDevice? Open(DeviceName name)
    {
        if (name.Kind == DeviceKind.Cpu) return null;
        if (name.Kind == DeviceKind.Auto)
        {
            if (DeviceList.Find(DeviceKind.Cuda).FirstOrDefault(d => d.Problem is null) is not { } found) return null;
            name = found.Name;
        }

        var context = CreateContext(name.Kind);
        try
        {
            var devices = DevicesOf(context, name.Kind);
            var index = name.Index ?? 0;
            if (index >= devices.Count)
            {
                var reason = devices.Count == 0 ? DeviceList.WhyNone(name.Kind) : $"this machine has {devices.Count} of that kind";
                throw new DeviceException($"there is no device {name}: {reason}; secateur devices lists what there is");
            }

            var device = devices[index];
            if (DeviceList.ProblemOf(device) is { } problem) throw new DeviceException($"{name} ({device.Name}) cannot be used: {problem}");
            return new GpuDevice(name with { Index = index }, context, device);
        }
        catch (Exception error) when (error is not DeviceException)
        {
            context.Dispose();
            throw new DeviceException($"{name} cannot be used: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name.Kind == DeviceKind.Emulator ? "emulator" : $"{Name} ({Model})";

    /// <inheritdoc/>
    public void Dispose() => Disposal.Of(Stream, Accelerator, _context);

    /// <summary>A context that knows one kind of device.</summary>
    internal static Context CreateContext(DeviceKind kind)
    {
        DriverLibraries.Register();
        return Context.Create(builder =>
        {
            builder.Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive);
            _ = kind switch
            {
                DeviceKind.Cuda => builder.Cuda(),
                DeviceKind.OpenCl => builder.OpenCL(_ => true),
                _ => builder.CPU(new CPUDevice(WarpSize, GroupSize / WarpSize, 1)),
            };
        });
    }

    /// <summary>The devices of a kind that a context knows.</summary>
    internal static IReadOnlyList<Device> DevicesOf(Context context, DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => [.. context.Devices.OfType<CudaDevice>()],
        DeviceKind.OpenCl => [.. context.Devices.OfType<CLDevice>()],
        _ => [.. context.Devices],
    };
}
