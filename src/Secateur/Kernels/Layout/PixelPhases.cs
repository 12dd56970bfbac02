using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Layout;

/// <summary>Takes rows of RGB bytes apart into the four column phases of float planes and subtracts the mean.</summary>
internal static unsafe class PixelPhases
{
    /// <summary>Phases of a plane: pixel 4 x + k is column x of phase k.</summary>
    public const int Count = 4;

    private const int Block = 16;

    /// <summary>target[k * planeStride + x] = rgb[3 * (4 x + k) + channel] - mean[channel], for each of the three channels.</summary>
    /// <param name="rgb">Three bytes a pixel.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="mean">Red, green, blue.</param>
    /// <param name="red">Column 0 of the first phase of red.</param>
    /// <param name="green">That of green.</param>
    /// <param name="blue">That of blue.</param>
    /// <param name="planeStride">Floats from one phase to the next.</param>
    [MethodImpl(KernelCode.Options)]
    public static void Split(byte* rgb, int count, IReadOnlyList<float> mean, float* red, float* green, float* blue, nint planeStride)
    {
        var (r, g, b) = (mean[0], mean[1], mean[2]);
        var p = 0;
        for (; p + Block <= count; p += Block, rgb += 3 * Block)
        {
            // 48 bytes hold 16 pixels; an index of 16 or more gives zero. Four pixels of a phase come side by side.
            var (low, middle, high) = (Vector128.Load(rgb), Vector128.Load(rgb + 16), Vector128.Load(rgb + 32));
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)0, 12, 99, 99, 3, 15, 99, 99, 6, 99, 99, 99, 9, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 8, 99, 99, 99, 11, 99, 99, 2, 14, 99, 99, 5, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 4, 99, 99, 99, 7, 99, 99, 99, 10, 99, 99, 1, 13)),
                r,
                red + (p / Count),
                planeStride);
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)1, 13, 99, 99, 4, 99, 99, 99, 7, 99, 99, 99, 10, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 9, 99, 99, 0, 12, 99, 99, 3, 15, 99, 99, 6, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 5, 99, 99, 99, 8, 99, 99, 99, 11, 99, 99, 2, 14)),
                g,
                green + (p / Count),
                planeStride);
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)2, 14, 99, 99, 5, 99, 99, 99, 8, 99, 99, 99, 11, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 10, 99, 99, 1, 13, 99, 99, 4, 99, 99, 99, 7, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 6, 99, 99, 99, 9, 99, 99, 0, 12, 99, 99, 3, 15)),
                b,
                blue + (p / Count),
                planeStride);
        }

        for (; p < count; p++, rgb += 3)
        {
            var at = ((p % Count) * planeStride) + (p / Count);
            (red[at], green[at], blue[at]) = (rgb[0] - r, rgb[1] - g, rgb[2] - b);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> phases, float mean, float* target, nint planeStride)
    {
        var (first, second) = Vector128.Widen(phases);
        var (a, b) = Vector128.Widen(first);
        var (c, d) = Vector128.Widen(second);
        var subtract = Vector128.Create(mean);
        (Vector128.ConvertToSingle(a.AsInt32()) - subtract).Store(target);
        (Vector128.ConvertToSingle(b.AsInt32()) - subtract).Store(target + planeStride);
        (Vector128.ConvertToSingle(c.AsInt32()) - subtract).Store(target + (2 * planeStride));
        (Vector128.ConvertToSingle(d.AsInt32()) - subtract).Store(target + (3 * planeStride));
    }
}
