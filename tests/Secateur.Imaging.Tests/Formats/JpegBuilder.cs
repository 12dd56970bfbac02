using System.Runtime.InteropServices;
using Secateur.Imaging.Jpeg;
using Secateur.Pixels;

namespace Secateur.Imaging.Tests.Formats;

/// <summary>Encodes JPEGs of kinds that the product does not write, with libjpeg-turbo.</summary>
internal static unsafe class JpegBuilder
{
    private const int GreySampling = 3;
    private const int Progressive = 16384;

    public static byte[] Rgb(RgbImage image) => JpegEncoder.Encode(image, 95);

    public static byte[] Grey(RgbImage image) => Encode(image.Pixels, image.Width, image.Height, TurboJpeg.PixelFormatRgb, GreySampling, 0);

    public static byte[] ProgressiveRgb(RgbImage image) =>
        Encode(image.Pixels, image.Width, image.Height, TurboJpeg.PixelFormatRgb, TurboJpeg.Sampling420, Progressive);

    /// <summary>Four bytes a pixel, stored as they are (which means inverted inks, as libjpeg marks the file as Adobe's).</summary>
    public static byte[] Cmyk(byte[] pixels, int width, int height) => Encode(pixels, width, height, TurboJpeg.PixelFormatCmyk, TurboJpeg.Sampling444, 0);

    private static byte[] Encode(byte[] pixels, int width, int height, int format, int sampling, int flags)
    {
        using var compressor = TurboJpegHandle.Compressor();
        byte* jpeg = null;
        CULong length = default;
        fixed (byte* from = pixels)
            Assert.Equal(0, TurboJpeg.tjCompress2(compressor.Value, from, width, pixels.Length / height, height, format, &jpeg, &length, sampling, 95, flags));
        var bytes = new ReadOnlySpan<byte>(jpeg, (int)length.Value).ToArray();
        TurboJpeg.tjFree(jpeg);
        return bytes;
    }
}
