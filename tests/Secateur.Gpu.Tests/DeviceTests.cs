using Secateur.Gpu.Devices;
namespace Secateur.Gpu.Tests;
public sealed class DeviceTests
{
    [Fact] public void Lists() { foreach (var d in DeviceList.Find()) Console.WriteLine(d); using var g = GpuDevice.Open(new DeviceName(DeviceKind.OpenCl)); Console.WriteLine(g); using var e = GpuDevice.Open(new DeviceName(DeviceKind.Emulator)); Console.WriteLine(e);
     Console.WriteLine(Assert.Throws<DeviceException>(() => GpuDevice.Open(new DeviceName(DeviceKind.Cuda))).Message); }
}
