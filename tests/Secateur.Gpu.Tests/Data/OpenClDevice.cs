using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests.Data;

/// <summary>The OpenCL device of the tests of a class, opened by the first that needs it.</summary>
public sealed class OpenClDevice : IDisposable
{
    private readonly Lazy<GpuDevice> _device = new(() => GpuDevice.Open(new DeviceName(DeviceKind.OpenCl))!);

    public GpuDevice Open => _device.Value;

    public void Dispose()
    {
        if (_device.IsValueCreated) _device.Value.Dispose();
    }
}
