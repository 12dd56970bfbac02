using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Layout;

/// <summary>Takes rows of RGB bytes apart into float planes and subtracts the mean.</summary>
internal static unsafe class PixelPlanes
{
    private const int Block = 16;

    /// <summary>planes c: target[p] = rgb[3 * p + c] - mean[c].</summary>
    /// <param name="rgb">Three bytes a pixel.</param>
    /// <param name="count">Pixels.</param>
    /// <param name="mean">Red, green, blue.</param>
    /// <param name="red">Where red goes, [count].</param>
    /// <param name="green">Where green goes, [count].</param>
    /// <param name="blue">Where blue goes, [count].</param>
    [MethodImpl(KernelCode.Options)]
    public static void Split(byte* rgb, int count, IReadOnlyList<float> mean, float* red, float* green, float* blue)
    {
        var (r, g, b) = (mean[0], mean[1], mean[2]);
        var p = 0;
        for (; p + Block <= count; p += Block, rgb += 3 * Block)
        {
            // 48 bytes hold 16 pixels; an index of 16 or more gives zero.
            var (low, middle, high) = (Vector128.Load(rgb), Vector128.Load(rgb + 16), Vector128.Load(rgb + 32));
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)0, 3, 6, 9, 12, 15, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 99, 99, 99, 99, 2, 5, 8, 11, 14, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 1, 4, 7, 10, 13)),
                r,
                red + p);
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)1, 4, 7, 10, 13, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 99, 99, 99, 0, 3, 6, 9, 12, 15, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 2, 5, 8, 11, 14)),
                g,
                green + p);
            Store(
                Vector128.Shuffle(low, Vector128.Create((byte)2, 5, 8, 11, 14, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(middle, Vector128.Create((byte)99, 99, 99, 99, 99, 1, 4, 7, 10, 13, 99, 99, 99, 99, 99, 99))
                | Vector128.Shuffle(high, Vector128.Create((byte)99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 0, 3, 6, 9, 12, 15)),
                b,
                blue + p);
        }

        for (; p < count; p++, rgb += 3) (red[p], green[p], blue[p]) = (rgb[0] - r, rgb[1] - g, rgb[2] - b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> channel, float mean, float* target)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512.WidenLower(Vector256.WidenLower(channel.ToVector256Unsafe()).ToVector512Unsafe());
            (Vector512.ConvertToSingle(wide.AsInt32()) - Vector512.Create(mean)).Store(target);
            return;
        }

        var (first, second) = Vector128.Widen(channel);
        var (a, b) = Vector128.Widen(first);
        var (c, d) = Vector128.Widen(second);
        var subtract = Vector128.Create(mean);
        (Vector128.ConvertToSingle(a.AsInt32()) - subtract).Store(target);
        (Vector128.ConvertToSingle(b.AsInt32()) - subtract).Store(target + 4);
        (Vector128.ConvertToSingle(c.AsInt32()) - subtract).Store(target + 8);
        (Vector128.ConvertToSingle(d.AsInt32()) - subtract).Store(target + 12);
    }
}
