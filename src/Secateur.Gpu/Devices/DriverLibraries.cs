using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Secateur.Gpu.Devices;

/// <summary>Finds the drivers' libraries by the names that they have without development files.</summary>
internal static class DriverLibraries
{
    private const string OpenCl = "OpenCL";
    private static int _registered;

    /// <summary>Registers the names; further calls do nothing.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0) AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    private static nint Resolve(Assembly assembly, string name) =>
        name.Contains(OpenCl, StringComparison.Ordinal) && NativeLibrary.TryLoad("libOpenCL.so.1", out var library) ? library : 0;
}
