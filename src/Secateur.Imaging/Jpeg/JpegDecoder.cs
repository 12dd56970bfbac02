using System.Runtime.InteropServices;
using Secateur.Pixels;

namespace Secateur.Imaging.Jpeg;

/// <summary>
/// Decodes JPEG files with libjpeg-turbo at its default settings (accurate integer DCT, smooth chroma upsampling), which most imaging libraries use
/// too, so that pixels agree with theirs.
/// </summary>
internal static class JpegDecoder
{
    /// <summary>A block of 8 x 8 pixels takes at least one bit, so a byte cannot hold more pixels than this.</summary>
    private const int MaxPixelsPerByte = 512;

    /// <summary>libjpeg's warnings that leave every pixel as it was meant.</summary>
    private static readonly string[] HarmlessWarnings =
        ["extraneous bytes before marker", "Adobe color transform", "JFIF revision", "Invalid SOS parameters", "bad ICC marker"];

    /// <param name="name">What to call the file in errors.</param>
    /// <param name="content">The file.</param>
    /// <param name="maxPixels">The most pixels that the file, not reduced, may declare.</param>
    /// <param name="reduction">1, 2, 4 or 8: how many times smaller to decode each side, rounded up.</param>
    /// <returns>The picture as stored, and its EXIF orientation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The reduction is none of those.</exception>
    /// <exception cref="InvalidFileException">The file is damaged, truncated, of a kind that is not supported, or beyond the pixel limit.</exception>
    /// <exception cref="DllNotFoundException">libjpeg-turbo is not installed.</exception>
    public static (RgbImage Image, int Orientation) Decode(string name, byte[] content, long maxPixels, int reduction = 1)
    {
        if (reduction is not (1 or 2 or 4 or 8)) throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "JPEGs can be reduced by 2, 4 or 8");
        var header = JpegHeader.Parse(name, content);
        var rgbBytes = PixelLimit.RgbBytes(name, (uint)header.Width, (uint)header.Height, maxPixels);
        var needed = (long)header.Width * header.Height / MaxPixelsPerByte;
        if (content.Length < needed)
            throw new InvalidFileException(name, $"is a damaged JPEG: {header.Width} x {header.Height} pixels need {needed} bytes or more, but the file has {content.Length}");

        var (width, height) = ((header.Width + reduction - 1) / reduction, (header.Height + reduction - 1) / reduction);
        rgbBytes = width * height * 3;
        if (header.Components != 4)
        {
            var rgb = GC.AllocateUninitializedArray<byte>(rgbBytes);
            Decompress(name, content, width, height, rgb, TurboJpeg.PixelFormatRgb);
            return (new RgbImage(width, height, rgb), header.Orientation);
        }
        if (rgbBytes / 3 > Array.MaxLength / 4)
            throw new InvalidFileException(name, $"is a CMYK JPEG of {width} x {height} pixels, too large to convert");
        var cmyk = GC.AllocateUninitializedArray<byte>(rgbBytes / 3 * 4);
        Decompress(name, content, width, height, cmyk, TurboJpeg.PixelFormatCmyk);
        return (new RgbImage(width, height, ToRgb(cmyk, header.HasAdobeSegment)), header.Orientation);
    }

    private static void Decompress(string name, byte[] content, int width, int height, byte[] pixels, int format)
    {
        using var decompressor = TurboJpegHandle.Decompressor();
        const int flags = TurboJpeg.AccurateDct | TurboJpeg.LimitScans;
        // Stopping at the first warning keeps truncated files cheap: nothing is made up for the missing part.
        if (Run(flags | TurboJpeg.StopOnWarning)) return;
        var problem = decompressor.ErrorMessage;
        if (!decompressor.OnlyWarned || !HarmlessWarnings.Any(problem.Contains) || !(Run(flags) || decompressor.OnlyWarned))
            throw new InvalidFileException(name, $"is a damaged JPEG: {problem}");

        unsafe bool Run(int flags)
        {
            fixed (byte* from = content, to = pixels)
            {
                // A size smaller than the file's asks for the scaling that gives it.
                var pitch = pixels.Length / height;
                return TurboJpeg.tjDecompress2(decompressor.Value, from, new CULong((uint)content.Length), to, width, pitch, height, format, flags) == 0;
            }
        }
    }

    /// <summary>Without colour profile: every ink takes its share of the light away. Adobe stores 255 minus the ink.</summary>
    private static byte[] ToRgb(byte[] cmyk, bool inverted)
    {
        var flip = inverted ? 0 : 255;
        var rgb = GC.AllocateUninitializedArray<byte>(cmyk.Length / 4 * 3);
        for (var (from, to) = (0, 0); from < cmyk.Length; from += 4, to += 3)
        {
            var white = cmyk[from + 3] ^ flip;
            for (var i = 0; i < 3; i++) rgb[to + i] = (byte)((((cmyk[from + i] ^ flip) * white) + 127) / 255);
        }
        return rgb;
    }
}
