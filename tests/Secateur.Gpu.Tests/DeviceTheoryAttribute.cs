using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests;

/// <summary>A theory that needs <see cref="TestDevices.Default"/>; skipped, saying why, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceTheoryAttribute : TheoryAttribute
{
    public DeviceTheoryAttribute() => Skip = TestDevices.SkipReason(DeviceKind.OpenCl);
}
