using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>Sizes of grids; all groups have the same number of threads.</summary>
internal static class Grids
{
    /// <summary>So many groups along both axes.</summary>
    public static KernelConfig Of(long x, long y = 1) => new(new Index3D(checked((int)x), checked((int)y), 1), new Index3D(GpuDevice.GroupSize, 1, 1));

    /// <summary>A thread for each of <paramref name="count"/>, in <paramref name="y"/> layers.</summary>
    public static KernelConfig For(long count, long y = 1) => Of((count + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize, y);
}
