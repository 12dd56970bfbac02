using ILGPU.Runtime;
using Secateur.Gpu.Data;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests.Data;

public class HostPicturesTests
{
    [Fact]
    public void Pictures_find_room_in_several_pieces_until_the_budget_is_spent()
    {
        using var device = GpuDevice.Open(new DeviceName(DeviceKind.Emulator))!;
        using var host = new HostPictures(device, 2500, mostSlabBytes: 1000);
        var places = new[] { 300, 600, 1001, 300, 700, 1 }.Select(bytes => host.Reserve(bytes)).ToArray();
        // The second piece begins at 1000; the rest of the budget is less than a piece.
        Assert.Equal([0, 300, null, 1000, 1300, null], places);

        var pictures = new[] { (10, 0L), (20, 300L), (10, 1000L) }.Select(p => new StoredPicture(RenderedSamples.Picture(p.Item1, 10, p.Item1), 1, PicturePlace.Host, p.Item2)).ToArray();
        var pixels = pictures.Select(p => p.Pixels!).ToArray();
        foreach (var picture in pictures.Reverse()) host.Settle(picture);
        Assert.All(pictures, picture => Assert.Null(picture.Pixels));
        using var target = device.Accelerator.Allocate1D<byte>(2000);
        for (var i = 0; i < pictures.Length; i++) host.CopyTo(pictures[i], target.View, i * 605);
        device.Stream.Synchronize();
        var copied = target.GetAsArray1D(device.Stream);
        for (var i = 0; i < pictures.Length; i++) Assert.Equal(pixels[i], copied.AsSpan(i * 605, pixels[i].Length).ToArray());
    }

    [Fact]
    public void Without_a_budget_there_is_no_room()
    {
        using var device = GpuDevice.Open(new DeviceName(DeviceKind.Emulator))!;
        using var host = new HostPictures(device, 0);
        Assert.Null(host.Reserve(1));
    }
}
