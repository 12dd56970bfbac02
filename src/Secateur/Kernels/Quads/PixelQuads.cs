using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Quads;

/// <summary>Spreads the pixels of an image over quads, whose last lane is zero.</summary>
internal static unsafe class PixelQuads
{
    private const int Channels = 3;

    /// <summary>Writes <paramref name="count"/> pixels.</summary>
    /// <param name="rgb">Red, green, blue, pixel by pixel.</param>
    /// <param name="count">How many.</param>
    /// <param name="red">The lane of red: 0, or 2 for blue, green, red.</param>
    /// <param name="target">The quads.</param>
    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    public static void Run(byte* rgb, int count, int red, uint* target)
    {
        var order = red == 0
            ? Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255)
            : Vector128.Create((byte)2, 1, 0, 255, 5, 4, 3, 255, 8, 7, 6, 255, 11, 10, 9, 255);
        var x = 0;

        // A vector of four pixels has four bytes of those behind them.
        for (; x + 6 <= count; x += 4) Vector128.Shuffle(Vector128.Load(rgb + (Channels * x)), order).AsUInt32().Store(target + x);
        for (; x < count; x++)
        {
            var pixel = rgb + (Channels * x);
            target[x] = pixel[red] | ((uint)pixel[1] << 8) | ((uint)pixel[2 - red] << 16);
        }
    }
}
