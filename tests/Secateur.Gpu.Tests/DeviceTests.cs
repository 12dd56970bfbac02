using ILGPU.Runtime.OpenCL;
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

    [Theory]
    [InlineData("cuda", "cuda:0")]
    [InlineData("OpenCL:3", "opencl:3")]
    [InlineData("auto", "auto")]
    [InlineData("cpu:1", null)]
    [InlineData("cuda:-1", null)]
    [InlineData("cuda:", null)]
    [InlineData("gpu", null)]
    public void Names_are_read(string text, string? expected) => Assert.Equal(expected, DeviceName.TryParse(text, out var name) ? name.ToString() : null);

    /// <summary>A lost device fails again with everything that is freed; the error that told of it is the one to see.</summary>
    [Fact]
    public void What_a_lost_device_does_not_free_hides_no_error()
    {
        var freed = 0;
        Disposal.Of(new Freed(() => throw new CLException(CLError.CL_OUT_OF_RESOURCES)), null, new Freed(() => freed++));
        Assert.Equal(1, freed);
        using var device = GpuDevice.Open(new DeviceName(DeviceKind.Emulator))!;
        var error = Assert.Throws<DeviceException>(() => DeviceException.Guard(device, () => throw new CLException(CLError.CL_OUT_OF_RESOURCES)));
        Assert.StartsWith("emulator failed: CL_OUT_OF_RESOURCES", error.Message, StringComparison.Ordinal);
    }

    private sealed class Freed(Action free) : IDisposable
    {
        public void Dispose() => free();
    }
}
