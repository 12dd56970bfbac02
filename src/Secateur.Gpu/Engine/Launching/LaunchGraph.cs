using System.Runtime.InteropServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>
/// Launches that are the same every time, as one CUDA graph: hundreds of small kernels then follow each other without the host in between. Elsewhere, and
/// where the driver refuses, they are queued one by one.
/// </summary>
/// <param name="device">The device.</param>
/// <param name="launches">Queues them.</param>
/// <param name="waits">Whether they wait for the device in between, which no graph can.</param>
internal sealed partial class LaunchGraph(GpuDevice device, Action launches, bool waits = false) : IDisposable
{
    // Other threads may go on to call the driver meanwhile.
    private const int ThreadLocalCapture = 1;

    // The first run compiles kernels, which a capture must not.
    private const int PlainRuns = 1;

    private int _runs;
    private int _version;
    private nint _graph;
    private bool _refused = waits || device.Accelerator is not CudaAccelerator;

    /// <summary>Whether they run as a graph by now.</summary>
    public bool IsRecorded => _graph != 0;

    /// <summary>Queues them.</summary>
    /// <param name="version">Changes when their arguments have.</param>
    public void Run(int version)
    {
        if (version != _version) Forget();
        _version = version;
        if (_refused || _runs++ < PlainRuns)
        {
            launches();
            return;
        }

        // Whatever thread this is.
        using var binding = device.Accelerator.BindScoped();
        var stream = ((CudaStream)device.Stream).StreamPtr;
        if (_graph == 0 && !Record(stream)) launches();
        else if (LaunchGraphOn(_graph, stream) is var code and not 0) throw new DeviceException($"{device} does not run what it has recorded: CUDA error {code}{CudaDriver.NameOf(code)}");
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private void Forget()
    {
        if (_graph != 0) _ = DestroyGraph(_graph);
        (_graph, _runs) = (0, 0);
    }

    private bool Record(nint stream)
    {
        _refused = true;
        if (BeginCapture(stream, ThreadLocalCapture) != 0) return false;
        try
        {
            launches();
        }
        catch (AcceleratorException)
        {
            // The driver refuses something in a capture: it is queued as it is.
        }
        finally
        {
            End(stream);
        }

        return !_refused;
    }

    private void End(nint stream)
    {
        if (EndCapture(stream, out var captured) != 0 || captured == 0) return;
        try
        {
            _refused = Instantiate(out var executable, captured, 0) != 0;
            if (!_refused) _graph = executable;
        }
        catch (EntryPointNotFoundException)
        {
            // A driver from before CUDA 11.4.
        }

        _ = DestroyCaptured(captured);
    }

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuStreamBeginCapture_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int BeginCapture(nint stream, int mode);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuStreamEndCapture")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EndCapture(nint stream, out nint graph);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuGraphInstantiateWithFlags")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Instantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuGraphLaunch")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LaunchGraphOn(nint executable, nint stream);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuGraphExecDestroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DestroyGraph(nint executable);

    [LibraryImport(DriverLibraries.Cuda, EntryPoint = "cuGraphDestroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DestroyCaptured(nint graph);
}
