using System.Runtime.InteropServices;

namespace Secateur.Gpu.Devices;

/// <summary>What the NVIDIA driver says of itself; ILGPU takes one that fails for none.</summary>
internal static partial class CudaDriver
{
    /// <summary>Why it offers no device; null where it offers some.</summary>
    public static string? Problem()
    {
        DriverLibraries.Register();
        try
        {
            var code = Initialize(0);
            var devices = 0;
            if (code == 0) code = CountDevices(out devices);
            return code != 0 ? $"the NVIDIA driver fails with CUDA error {code}{NameOf(code)}" : devices == 0 ? "the NVIDIA driver finds no GPU" : null;
        }
        catch (EntryPointNotFoundException)
        {
            return "the NVIDIA driver is too old";
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return $"no NVIDIA driver is installed ({DriverLibraries.CudaFile} is missing)";
        }
    }

    /// <summary>The name of an error, in brackets; empty where it has none.</summary>
    public static string NameOf(int code) => GetErrorName(code, out var name) == 0 && Marshal.PtrToStringAnsi(name) is { } text ? $" ({text})" : "";

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize(uint flags);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuDeviceGetCount")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CountDevices(out int count);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuGetErrorName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetErrorName(int code, out nint name);
}
