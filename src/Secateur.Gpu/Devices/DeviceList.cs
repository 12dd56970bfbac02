using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;

namespace Secateur.Gpu.Devices;

/// <summary>A device of this machine.</summary>
/// <param name="Name">How commands name it.</param>
/// <param name="Model">What its driver calls it.</param>
/// <param name="MemoryBytes">Bytes of its memory.</param>
/// <param name="Problem">Why it cannot be used; null where it can.</param>
public sealed record DeviceInfo(DeviceName Name, string Model, long MemoryBytes, string? Problem);

/// <summary>The devices of this machine.</summary>
public static class DeviceList
{
    /// <summary>All of them, CUDA first.</summary>
    public static IReadOnlyList<DeviceInfo> Find() => [.. Find(DeviceKind.Cuda), .. Find(DeviceKind.OpenCl)];

    /// <summary>Those of a kind.</summary>
    public static IReadOnlyList<DeviceInfo> Find(DeviceKind kind)
    {
        // Without the driver there is nothing to ask, and no time to lose.
        if (!HasLibrary(kind == DeviceKind.Cuda ? DriverLibraries.CudaFile : DriverLibraries.OpenClFile)) return [];
        try
        {
            using var context = GpuDevice.CreateContext(kind);
            return [.. GpuDevice.DevicesOf(context, kind).Select((d, i) => new DeviceInfo(new DeviceName(kind, i), d.Name.Trim(), d.MemorySize, ProblemOf(d)))];
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Why this machine has no device of a kind.</summary>
    public static string WhyNone(DeviceKind kind)
    {
        if (kind == DeviceKind.Cuda) return CudaDriver.Problem() ?? "the NVIDIA driver's GPUs cannot be used";
        return HasLibrary(DriverLibraries.OpenClFile) ? "no OpenCL platform has a device" : $"no OpenCL is installed ({DriverLibraries.OpenClFile} is missing)";
    }

    /// <summary>Whether an NVIDIA driver is installed.</summary>
    public static bool HasCudaDriver => HasLibrary(DriverLibraries.CudaFile);

    /// <summary>Why kernels cannot run on a device; null where they can.</summary>
    internal static string? ProblemOf(Device device)
    {
        if (device is CLDevice cl && !OpenClFeatures.Complete(cl)) return "its OpenCL has no generic address space (OpenCL 2.0, optional in 3.0)";
        if (device.Capabilities is CLCapabilityContext { Float64: false }) return "it has no double precision";
        if (device.MaxSharedMemoryPerGroup < GpuDevice.GroupMemory) return $"its groups of threads share {device.MaxSharedMemoryPerGroup >> 10} KiB, {GpuDevice.GroupMemory >> 10} KiB are needed";
        return device.MaxNumThreadsPerGroup < GpuDevice.GroupSize ? $"it runs groups of {device.MaxNumThreadsPerGroup} threads, {GpuDevice.GroupSize} are needed" : null;
    }

    private static bool HasLibrary(string name)
    {
        if (!NativeLibrary.TryLoad(name, out var library)) return false;
        NativeLibrary.Free(library);
        return true;
    }
}
