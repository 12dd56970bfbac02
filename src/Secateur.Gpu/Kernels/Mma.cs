using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>
/// The matrix instruction of NVIDIA's tensor cores in TF32: a warp adds A [16, 8] B [8, 8] to D [16, 8]. Lane 4 g + t holds A [g, t], A [g + 8, t],
/// A [g, t + 4] and A [g + 8, t + 4], B [t, g] and B [t + 4, g], and D [g, 2 t], D [g, 2 t + 1], D [g + 8, 2 t] and D [g + 8, 2 t + 1] (PTX ISA, "Matrix
/// Fragments for mma.m16n8k8"). Other devices compute the same from shared memory, so that what is built on it can be tested without a card.
/// </summary>
internal static class Mma
{
    /// <summary>Lanes of a warp.</summary>
    public const int Warp = 32;

    /// <summary>Rows of A and D.</summary>
    public const int Rows = 16;

    /// <summary>Columns of A, rows and columns of B, columns of D.</summary>
    public const int Side = 8;

    private const int SharedOfWarp = (Rows + Side) * Side;
    private const int Warps = GpuDevice.GroupSize / Warp;

    /// <summary>What other devices need, 3 kB a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ArrayView<float> Shared() => SharedMemory.Allocate<float>(Warps * SharedOfWarp);

    /// <summary>A value as tensor cores take it: ten bits of mantissa, to the nearest, ties away from zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Round(float value)
    {
        var rounded = Interop.IntAsFloat((Interop.FloatAsInt(value) + 0x1000) & 0xffffe000);
        return float.IsNaN(value) ? float.NaN : rounded;
    }

    /// <summary>Adds the product. All threads of the group must call it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four Add(ArrayView<float> shared, Four d, Four a, float b0, float b1)
    {
        if (!CudaAsm.IsSupported) return Emulate(shared, d, a, b0, b1);
        Ref<float> d0 = d.A, d1 = d.B, d2 = d.C, d3 = d.D;

        // The instruction takes the factors as bits.
        Input<uint> a0 = Interop.FloatAsInt(a.A), a1 = Interop.FloatAsInt(a.B), a2 = Interop.FloatAsInt(a.C), a3 = Interop.FloatAsInt(a.D);
        Input<uint> i0 = Interop.FloatAsInt(b0), i1 = Interop.FloatAsInt(b1);
        CudaAsm.EmitRef(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};",
            ref d0,
            ref d1,
            ref d2,
            ref d3,
            ref a0,
            ref a1,
            ref a2,
            ref a3,
            ref i0,
            ref i1);
        d.A = d0.Value;
        d.B = d1.Value;
        d.C = d2.Value;
        d.D = d3.Value;
        return d;
    }

    private static Four Emulate(ArrayView<float> shared, Four d, Four a, float b0, float b1)
    {
        var (lane, first) = (Group.IdxX % Warp, Group.IdxX / Warp * SharedOfWarp);
        var (g, t) = (lane / 4, lane % 4);
        var columns = first + (Rows * Side);
        shared[first + (g * Side) + t] = a.A;
        shared[first + ((g + 8) * Side) + t] = a.B;
        shared[first + (g * Side) + t + 4] = a.C;
        shared[first + ((g + 8) * Side) + t + 4] = a.D;
        shared[columns + (g * Side) + t] = b0;
        shared[columns + (g * Side) + t + 4] = b1;
        Group.Barrier();
        for (var k = 0; k < Side; k++)
        {
            var (low, high) = (shared[first + (g * Side) + k], shared[first + ((g + 8) * Side) + k]);
            var (left, right) = (shared[columns + (2 * t * Side) + k], shared[columns + (((2 * t) + 1) * Side) + k]);
            d.A += low * left;
            d.B += low * right;
            d.C += high * left;
            d.D += high * right;
        }

        Group.Barrier();
        return d;
    }
}
