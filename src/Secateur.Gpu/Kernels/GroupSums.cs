using System.Runtime.CompilerServices;
using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>Sums over the threads of a group, in an order of their own: the same bits every time.</summary>
internal static class GroupSums
{
    private const int Parts = 16;

    /// <summary>The sum of what the threads give; valid in thread 0. All threads must call it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(double value)
    {
        var shared = SharedMemory.Allocate<double>(GpuDevice.GroupSize);
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Parts)
        {
            value = 0;
            for (var i = Group.IdxX; i < GpuDevice.GroupSize; i += Parts) value += shared[i];
        }

        Group.Barrier();
        if (Group.IdxX < Parts) shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX == 0)
        {
            for (var i = 1; i < Parts; i++) value += shared[i];
        }

        Group.Barrier();
        return value;
    }
}
