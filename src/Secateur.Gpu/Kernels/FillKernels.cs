using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>Constants, and weights in the order in which kernels read them.</summary>
internal static class FillKernels
{
    /// <summary>One value in whole planes; a grid of positions and of the channels that are listed.</summary>
    public static void Fill(ArrayView<float> memory, ArrayView<int> tables, MapCall map, int firstChannel, float value)
    {
        var (image, position) = map.Place();
        if (image < map.Batch) memory[map.At(image, tables[firstChannel + Grid.IdxY], position)] = value;
    }

    /// <summary>Zeros; a thread a value.</summary>
    public static void Clear(ArrayView<float> memory, long first, int count)
    {
        var at = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (at < count) memory[first + at] = 0;
    }

    /// <summary>Copies parameters to their places in the kernels' weights; a place without one holds zero. A thread a place.</summary>
    public static void Pack(ArrayView<float> memory, ArrayView<int> tables, int firstPlace, int count, long parameters, long target)
    {
        var at = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (at >= count) return;
        var from = tables[firstPlace + at];
        memory[target + at] = from < 0 ? 0 : memory[parameters + from];
    }
}
