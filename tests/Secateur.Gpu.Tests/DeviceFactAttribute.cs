using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests;

/// <summary>A test that needs <see cref="TestDevices.Default"/>; skipped, saying why, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    public DeviceFactAttribute() => Skip = TestDevices.SkipReason(DeviceKind.OpenCl);
}
