using System.Diagnostics;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;

namespace Secateur.Bench.Devices;

/// <summary>Measures what a device can do at best.</summary>
internal static class DeviceProbe
{
    private const int Repeats = 5;

    /// <summary>Runs the probes.</summary>
    public static DeviceRoofline Run(GpuDevice device)
    {
        // As much as no cache holds; the emulator has none that mattered, and a processor would take seconds.
        var size = device.Name.Kind == DeviceKind.Emulator ? new ProbeSize(1 << 18, 4, 2) : device.HasOwnMemory ? new ProbeSize(1 << 28, 4096, 512) : new ProbeSize(1 << 26, 256, 512);
        return new DeviceRoofline(Bandwidth(device, size), MultiplyAdds(device, size));
    }

    /// <summary>The least milliseconds of some work that is queued, after once that does not count.</summary>
    public static double LeastMs(GpuDevice device, Action queue)
    {
        var least = double.MaxValue;
        for (var i = 0; i <= Repeats; i++)
        {
            var start = Stopwatch.GetTimestamp();
            queue();
            device.Stream.Synchronize();
            if (i > 0) least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return least;
    }

    private static double Bandwidth(GpuDevice device, ProbeSize size)
    {
        var count = size.Bytes / (4 * sizeof(float));
        using var source = device.Accelerator.Allocate1D<Four>(count);
        using var target = device.Accelerator.Allocate1D<Four>(count);
        source.MemSetToZero(device.Stream);
        var copy = device.Accelerator.LoadKernel<ArrayView<Four>, ArrayView<Four>>(ProbeKernels.Copy);
        return 2 * size.Bytes / LeastMs(device, () => copy(device.Stream, Grids.For(count), source.View, target.View)) / 1e6;
    }

    private static double MultiplyAdds(GpuDevice device, ProbeSize size)
    {
        using var target = device.Accelerator.Allocate1D<float>(1);
        var multiply = device.Accelerator.LoadKernel<ArrayView<float>, int, float, float>(ProbeKernels.MultiplyAdd);
        var work = (double)size.Groups * GpuDevice.GroupSize * size.Rounds * ProbeKernels.OfRound;
        return work / LeastMs(device, () => multiply(device.Stream, Grids.Of(size.Groups), target.View, size.Rounds, 0.5f, 1)) / 1e6;
    }

    private readonly record struct ProbeSize(long Bytes, int Groups, int Rounds);
}
