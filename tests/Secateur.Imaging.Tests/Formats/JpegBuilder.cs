using System.Runtime.InteropServices;
using Secateur.Imaging.Jpeg;
using Secateur.Pixels;

namespace Secateur.Imaging.Tests.Formats;

/// <summary>A test that needs libjpeg-turbo, and is skipped where it is not installed.</summary>
public sealed class TurboFactAttribute : FactAttribute
{
    public TurboFactAttribute()
    {
        if (!TurboJpegLibrary.IsThere) Skip = "libjpeg-turbo is not installed";
    }
}

/// <summary>Encodes JPEGs of kinds that the product does not write, with libjpeg-turbo.</summary>
internal static unsafe partial class JpegBuilder
{
    private const int Rgb3 = 0;
    private const int Cmyk4 = 11;
    private const int Sampling444 = 0;
    private const int Sampling420 = 2;
    private const int GreySampling = 3;
    private const int Progressive = 16384;

    public static byte[] Rgb(RgbImage image) => ImageFile.EncodeJpeg(image, 95);

    public static byte[] Grey(RgbImage image) => Encode(image.Pixels, image.Width, image.Height, Rgb3, GreySampling, 0);

    public static byte[] Subsampled(RgbImage image) => Encode(image.Pixels, image.Width, image.Height, Rgb3, Sampling420, 0);

    public static byte[] ProgressiveRgb(RgbImage image) => Encode(image.Pixels, image.Width, image.Height, Rgb3, Sampling420, Progressive);

    /// <summary>Four bytes a pixel, stored as they are (which means inverted inks, as libjpeg marks the file as Adobe's).</summary>
    public static byte[] Cmyk(byte[] pixels, int width, int height) => Encode(pixels, width, height, Cmyk4, Sampling444, 0);

    private static byte[] Encode(byte[] pixels, int width, int height, int format, int sampling, int flags)
    {
        Assert.True(TurboJpegLibrary.IsThere);
        var compressor = tjInitCompress();
        byte* jpeg = null;
        CULong length = default;
        fixed (byte* from = pixels) Assert.Equal(0, tjCompress2(compressor, from, width, pixels.Length / height, height, format, &jpeg, &length, sampling, 95, flags));
        var bytes = new ReadOnlySpan<byte>(jpeg, (int)length.Value).ToArray();
        tjFree(jpeg);
        _ = TurboJpeg.tjDestroy(compressor);
        return bytes;
    }

    [LibraryImport("libturbojpeg.so.0")]
    private static partial nint tjInitCompress();

    [LibraryImport("libturbojpeg.so.0")]
    private static partial int tjCompress2(
        nint handle, byte* pixels, int width, int pitch, int height, int pixelFormat, byte** jpeg, CULong* jpegSize, int subsampling, int quality, int flags);

    [LibraryImport("libturbojpeg.so.0")]
    private static partial void tjFree(byte* buffer);
}
