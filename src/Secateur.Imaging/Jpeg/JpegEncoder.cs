using System.Runtime.InteropServices;
using Secateur.Imaging.Skia;
using Secateur.Pixels;

namespace Secateur.Imaging.Jpeg;

/// <summary>
/// Encodes baseline JPEG files: with libjpeg-turbo where it is installed, else with Skia's copy of it, which takes about seven times as long for a
/// slightly smaller file. Both files have the same samples.
/// </summary>
internal static class JpegEncoder
{
    private const int MaxSide = 65500;
    private const int FullChromaQuality = 90;

    /// <param name="image">The picture.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="turbo">Whether libjpeg-turbo encodes.</param>
    /// <exception cref="ArgumentException">The quality is not in 1 to 100, or the picture is larger than a JPEG can be.</exception>
    public static byte[] Encode(RgbImage image, int quality, bool turbo)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (image.Width > MaxSide || image.Height > MaxSide)
            throw new ArgumentException($"{image.Width} x {image.Height} pixels do not fit into a JPEG, whose sides are {MaxSide} at most", nameof(image));
        var fullChroma = quality >= FullChromaQuality;
        return turbo ? Compress(image, quality, fullChroma) : SkiaBitmap.EncodeJpeg(image, quality, fullChroma);
    }

    private static unsafe byte[] Compress(RgbImage image, int quality, bool fullChroma)
    {
        using var compressor = TurboJpegHandle.Compressor();
        var sampling = fullChroma ? TurboJpeg.Sampling444 : TurboJpeg.Sampling420;
        byte* jpeg = null;
        CULong length = default;
        try
        {
            fixed (byte* pixels = image.Pixels)
            {
                if (TurboJpeg.tjCompress2(
                    compressor.Value, pixels, image.Width, image.Width * 3, image.Height, TurboJpeg.PixelFormatRgb, &jpeg, &length, sampling, quality, TurboJpeg.AccurateDct) != 0)
                    throw new InvalidOperationException($"TurboJPEG could not encode the picture: {compressor.ErrorMessage}");
            }

            return new ReadOnlySpan<byte>(jpeg, checked((int)length.Value)).ToArray();
        }
        finally
        {
            TurboJpeg.tjFree(jpeg);
        }
    }
}
