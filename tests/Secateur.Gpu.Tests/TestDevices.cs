using System.Reflection;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Runs;
using Xunit.Sdk;

// The tests share devices, each of which one thread at a time works with.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Secateur.Gpu.Tests;

/// <summary>The devices that tests run on, opened once because compiling kernels takes seconds.</summary>
internal static class TestDevices
{
    private static readonly Dictionary<DeviceKind, GpuDevice> Opened = [];
    private static readonly Dictionary<DeviceKind, GpuBackend> Backends = [];

    /// <summary>The first device of a kind; stays open.</summary>
    public static GpuDevice Get(DeviceKind kind)
    {
        if (Opened.TryGetValue(kind, out var device)) return device;
        device = GpuDevice.Open(new DeviceName(kind)) ?? throw new InvalidOperationException($"{kind} is no device");
        Opened.Add(kind, device);
        return device;
    }

    /// <summary>The backend on such a device.</summary>
    public static GpuBackend Backend(DeviceKind kind)
    {
        if (!Backends.TryGetValue(kind, out var backend)) Backends.Add(kind, backend = new GpuBackend(Get(kind)));
        return backend;
    }

    /// <summary>Why no device of a kind can be used here; null where one can.</summary>
    public static string? MissingReason(DeviceKind kind)
    {
        if (kind == DeviceKind.Emulator) return null;
        var devices = DeviceList.Find().Where(d => d.Name.Kind == kind).ToList();
        return devices.Count == 0 ? DeviceList.WhyNone(kind) : devices[0].Problem;
    }
}

/// <summary>A device as the argument of a theory: its tests are skipped, saying why, where there is none of the kind.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class DeviceDataAttribute : DataAttribute
{
    private readonly object[] _arguments;

    public DeviceDataAttribute(DeviceKind kind, params object[] more)
    {
        _arguments = [kind, .. more];
        if (TestDevices.MissingReason(kind) is { } reason) Skip = $"no {kind} device: {reason}";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_arguments];
}
