using Secateur.Gpu.Devices;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>A test that needs an OpenCL device; skipped, saying why, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenClFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(() => DeviceList.Find(DeviceKind.OpenCl) is [var first, ..] ? first.Problem : DeviceList.WhyNone(DeviceKind.OpenCl));

    public OpenClFactAttribute() => Skip = Reason.Value;
}
