using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Secateur.Gpu.Devices;

/// <summary>Finds the drivers' libraries by the names that they have without development files.</summary>
internal static class DriverLibraries
{
    /// <summary>CUDA's driver, as imports name it.</summary>
    public const string Cuda = "secateur-cuda";

    /// <summary>OpenCL's loader, as imports name it.</summary>
    public const string OpenCl = "OpenCL";

    private static int _registered;

    /// <summary>The file of CUDA's driver.</summary>
    public static string CudaFile => OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1";

    /// <summary>The file of OpenCL's loader.</summary>
    public static string OpenClFile => OperatingSystem.IsWindows() ? "OpenCL" : "libOpenCL.so.1";

    /// <summary>Registers the names; further calls do nothing.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0) AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        var file = name == Cuda ? CudaFile : name.Contains(OpenCl, StringComparison.Ordinal) ? OpenClFile : null;
        return file is not null && NativeLibrary.TryLoad(file, out var library) ? library : 0;
    }
}
