using System.Collections.Concurrent;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Runs;

// The tests share devices, each of which one thread at a time works with.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Secateur.Gpu.Tests;

/// <summary>
/// The devices that tests run on, opened once because compiling kernels takes seconds. SECATEUR_TEST_DEVICE (cuda, opencl, emulator) names the kind that takes the
/// place of OpenCL.
/// </summary>
internal static class TestDevices
{
    private const string Variable = "SECATEUR_TEST_DEVICE";

    private static readonly Dictionary<DeviceKind, GpuDevice> Opened = [];
    private static readonly Dictionary<DeviceKind, GpuBackend> Backends = [];
    private static readonly ConcurrentDictionary<DeviceKind, string?> Missing = [];

    /// <summary>The device of tests that need one, whichever; stays open.</summary>
    public static GpuDevice Default => Get(DeviceKind.OpenCl);

    /// <summary>The first device of a kind; stays open.</summary>
    public static GpuDevice Get(DeviceKind kind)
    {
        kind = Replace(kind);
        if (Opened.TryGetValue(kind, out var device)) return device;
        device = GpuDevice.Open(new DeviceName(kind)) ?? throw new InvalidOperationException($"{kind} is no device");
        Opened.Add(kind, device);
        return device;
    }

    /// <summary>The backend on such a device.</summary>
    public static GpuBackend Backend(DeviceKind kind)
    {
        kind = Replace(kind);
        if (!Backends.TryGetValue(kind, out var backend)) Backends.Add(kind, backend = new GpuBackend(Get(kind)));
        return backend;
    }

    /// <summary>The kind that takes the place of another one.</summary>
    public static DeviceKind Replace(DeviceKind kind)
    {
        if (kind != DeviceKind.OpenCl || Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } wanted) return kind;
        return DeviceName.TryParse(wanted, out var name) ? name.Kind : throw new InvalidOperationException($"{Variable} is '{wanted}'; expected cuda, opencl or emulator");
    }

    /// <summary>Why tests of a kind are skipped; null where they can run.</summary>
    public static string? SkipReason(DeviceKind kind) => Missing.GetOrAdd(Replace(kind), wanted =>
    {
        if (wanted == DeviceKind.Emulator) return null;
        var device = DeviceList.Find().FirstOrDefault(d => d.Name.Kind == wanted);
        return (device is null ? DeviceList.WhyNone(wanted) : device.Problem) is { } reason ? $"no {wanted} device: {reason}" : null;
    });
}
