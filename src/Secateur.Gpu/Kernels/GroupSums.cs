using System.Runtime.CompilerServices;
using ILGPU;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>Sums over the threads of a group, in an order of their own: the same bits every time. All threads must call them, and get the sum.</summary>
internal static class GroupSums
{
    // Two short rounds instead of many barriers.
    private const int Parts = 16;

    /// <summary>The sum of what the threads give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(double value)
    {
        var shared = SharedMemory.Allocate<double>(GpuDevice.GroupSize);
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Parts)
        {
            for (var i = Group.IdxX + Parts; i < GpuDevice.GroupSize; i += Parts) value += shared[i];
            shared[Group.IdxX] = value;
        }

        Group.Barrier();
        value = 0;
        for (var i = 0; i < Parts; i++) value += shared[i];

        // Before another sum takes the place.
        Group.Barrier();
        return value;
    }

    /// <summary>The sum of what the threads give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Sum(int value) => (int)Sum((double)value);
}
