using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Kernels;

namespace Secateur.Bench.Devices;

/// <summary>Kernels that do nothing but what a device is to be measured by.</summary>
internal static class ProbeKernels
{
    /// <summary>Multiply-adds of a thread in a round.</summary>
    public const int OfRound = Chains * Unrolled;

    // Sums that a thread keeps, so that none has to wait for the one before.
    private const int Chains = 8;
    private const int Unrolled = 8;

    /// <summary>Copies an array, 16 bytes a thread.</summary>
    public static void Copy(ArrayView<Four> source, ArrayView<Four> target)
    {
        var at = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (at < target.Length) target[at] = source[at];
    }

    /// <summary>Multiplies and adds in registers; the target is written where a sum is negative, which it never is.</summary>
    public static void MultiplyAdd(ArrayView<float> target, int rounds, float factor, float summand)
    {
        float a = Group.IdxX, b = a + 1, c = a + 2, d = a + 3, e = a + 4, f = a + 5, g = a + 6, h = a + 7;
        for (var i = 0; i < rounds; i++)
        {
            // Unrolled by the compiler, so that counting costs little.
            for (var k = 0; k < Unrolled; k++)
            {
                a = (a * factor) + summand;
                b = (b * factor) + summand;
                c = (c * factor) + summand;
                d = (d * factor) + summand;
                e = (e * factor) + summand;
                f = (f * factor) + summand;
                g = (g * factor) + summand;
                h = (h * factor) + summand;
            }
        }

        var sum = a + b + c + d + e + f + g + h;
        if (sum < 0) target[0] = sum;
    }
}
