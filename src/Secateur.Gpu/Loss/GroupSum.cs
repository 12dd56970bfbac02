using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Loss;

/// <summary>The sum of a value of each thread of the group, added in an order that is always the same.</summary>
internal static class GroupSum
{
    /// <summary>All threads of the group call it alike, and get the sum.</summary>
    public static double Of(double value)
    {
        var values = SharedMemory.Allocate<double>(GpuDevice.GroupSize);
        values[Group.IdxX] = value;
        Group.Barrier();
        for (var half = GpuDevice.GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) values[Group.IdxX] += values[Group.IdxX + half];
            Group.Barrier();
        }

        var sum = values[0];
        Group.Barrier();
        return sum;
    }

    /// <summary>All threads of the group call it alike, and get the sum.</summary>
    public static int Of(int value)
    {
        var values = SharedMemory.Allocate<int>(GpuDevice.GroupSize);
        values[Group.IdxX] = value;
        Group.Barrier();
        for (var half = GpuDevice.GroupSize / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) values[Group.IdxX] += values[Group.IdxX + half];
            Group.Barrier();
        }

        var sum = values[0];
        Group.Barrier();
        return sum;
    }
}
