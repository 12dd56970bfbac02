using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Graph;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>Sizes of grids; all groups have the same number of threads.</summary>
internal static class Grids
{
    private const int MostLayers = 65_535;

    /// <summary>So many groups along both axes.</summary>
    /// <exception cref="NetworkException">A layer has more channels than devices have groups.</exception>
    public static KernelConfig Of(long x, long y = 1) => y <= MostLayers
        ? new(new Index3D(checked((int)x), (int)y, 1), new Index3D(GpuDevice.GroupSize, 1, 1))
        : throw new NetworkException($"a layer is too wide for a GPU: it takes {y} groups of threads, {MostLayers} are possible");

    /// <summary>A thread for each of <paramref name="count"/>, in <paramref name="y"/> layers.</summary>
    public static KernelConfig For(long count, long y = 1) => Of((count + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize, y);
}
