using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;

namespace Secateur.Gpu.Devices;

/// <summary>
/// What OpenCL 3.0 devices can do. They call their C language 1.2 and list its features one by one, so that ILGPU, which goes by the version,
/// takes them for old ones.
/// </summary>
internal static partial class OpenClFeatures
{
    // CL_DEVICE_OPENCL_C_FEATURES: records of an unsigned int and a name of 64 characters.
    private const uint FeaturesQuery = 0x106F;
    private const int RecordBytes = 68;

    // CL_DEVICE_MAX_MEM_ALLOC_SIZE
    private const uint LargestBufferQuery = 0x1010;
    private const string GenericAddressSpace = "__opencl_c_generic_address_space";

    /// <summary>Tells ILGPU of the language that the device really has; returns whether kernels can run there.</summary>
    public static unsafe bool Complete(CLDevice device)
    {
        if (device.Capabilities is not CLCapabilityContext capabilities) return false;
        if (capabilities.GenericAddressSpace) return true;
        if (GetDeviceInfo(device.DeviceId, FeaturesQuery, 0, null, out var size) != 0 || size == 0) return false;
        var records = new byte[size];
        fixed (byte* target = records)
        {
            if (GetDeviceInfo(device.DeviceId, FeaturesQuery, size, target, out _) != 0) return false;
        }

        var names = Enumerable.Range(0, records.Length / RecordBytes).Select(i => Encoding.ASCII.GetString(records, (i * RecordBytes) + 4, RecordBytes - 4).TrimEnd('\0'));

        // A processor has one address space, whether its driver (PoCL 3) says so or not.
        if (device.DeviceType != CLDeviceType.CL_DEVICE_TYPE_CPU && !names.Contains(GenericAddressSpace)) return false;
        SetGenericAddressSpace(capabilities, true);
        Version(device) = new CLCVersion(3, 0);
        return true;
    }

    /// <summary>Bytes of the largest buffer that the driver allows.</summary>
    public static unsafe long LargestBuffer(CLAccelerator accelerator)
    {
        ulong bytes;
        return GetDeviceInfo(accelerator.DeviceId, LargestBufferQuery, sizeof(ulong), (byte*)&bytes, out _) == 0 ? (long)Math.Min(bytes, long.MaxValue) : accelerator.MemorySize;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_GenericAddressSpace")]
    private static extern void SetGenericAddressSpace(CLCapabilityContext capabilities, bool value);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "<CVersion>k__BackingField")]
    private static extern ref CLCVersion Version(CLDevice device);

    [LibraryImport(DriverLibraries.OpenCl, EntryPoint = "clGetDeviceInfo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int GetDeviceInfo(nint device, uint query, nuint room, byte* target, out nuint size);
}
