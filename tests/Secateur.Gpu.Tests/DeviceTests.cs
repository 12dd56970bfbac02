using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests;

public sealed class DeviceTests
{
    [Fact]
    public void Every_device_that_is_listed_without_a_problem_opens()
    {
        foreach (var listed in DeviceList.Find().Where(d => d.Problem is null))
        {
            using var device = GpuDevice.Open(listed.Name);
            Assert.Equal($"{listed.Name} ({listed.Model})", device?.ToString());
        }
    }

    [Theory]
    [InlineData(DeviceKind.Cuda)]
    [InlineData(DeviceKind.OpenCl)]
    public void A_device_that_is_not_there_is_refused_with_a_reason(DeviceKind kind) =>
        Assert.StartsWith($"there is no device {new DeviceName(kind, 99)}: ", Assert.Throws<DeviceException>(() => GpuDevice.Open(new DeviceName(kind, 99))).Message, StringComparison.Ordinal);
}
