using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests.Data;

/// <summary>A test that needs an OpenCL device; skipped, saying why, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenClFactAttribute : FactAttribute
{
    internal static readonly Lazy<string?> Reason = new(() =>
        DeviceList.Find().FirstOrDefault(d => d.Name.Kind == DeviceKind.OpenCl) is { } device ? device.Problem : DeviceList.WhyNone(DeviceKind.OpenCl));

    public OpenClFactAttribute() => Skip = Reason.Value;
}
