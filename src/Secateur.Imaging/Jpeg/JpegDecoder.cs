using System.Runtime.InteropServices;
using Secateur.Imaging.Skia;
using Secateur.Pixels;

namespace Secateur.Imaging.Jpeg;

/// <summary>
/// Decodes JPEG files as libjpeg does at its default settings (accurate integer DCT, smooth chroma upsampling), which most imaging libraries use
/// too, so that pixels agree with theirs: with libjpeg-turbo where it is installed, else with Skia's copy of it, which is slower.
/// </summary>
internal static class JpegDecoder
{
    /// <summary>A block of 8 x 8 pixels takes at least one bit, so a byte cannot hold more pixels than this.</summary>
    private const int MaxPixelsPerByte = 512;

    private const int CmykComponents = 4;
    private const int NoiseLength = 256;
    private const int StartLength = 2;

    /// <summary>libjpeg's warnings that leave every pixel as it was meant.</summary>
    private static readonly string[] HarmlessWarnings =
        ["extraneous bytes before marker", "Adobe color transform", "JFIF revision", "Invalid SOS parameters", "bad ICC marker"];

    private static ReadOnlySpan<byte> EndOfImage => [0xFF, 0xD9];

    /// <param name="name">What to call the file in errors.</param>
    /// <param name="content">The file.</param>
    /// <param name="maxPixels">The most pixels that the file, not reduced, may declare.</param>
    /// <param name="reduction">1, 2, 4 or 8: how many times smaller to decode each side, rounded up.</param>
    /// <param name="turbo">Whether libjpeg-turbo decodes.</param>
    /// <param name="warn">Told of a missing end.</param>
    /// <returns>The picture as stored, and its EXIF orientation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The reduction is not 1, 2, 4 or 8.</exception>
    /// <exception cref="InvalidFileException">The file is damaged, truncated, of a kind that is not supported, or beyond the pixel limit.</exception>
    public static (RgbImage Image, int Orientation) Decode(string name, byte[] content, long maxPixels, int reduction, bool turbo, Action<string>? warn = null)
    {
        if (reduction is not (1 or 2 or 4 or 8)) throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "JPEGs can be reduced by 2, 4 or 8");
        var header = JpegHeader.Parse(name, content);
        _ = PixelLimit.RgbBytes(name, (uint)header.Width, (uint)header.Height, maxPixels);
        var needed = (long)header.Width * header.Height / MaxPixelsPerByte;
        if (content.Length < needed)
            throw new InvalidFileException(name, $"is a damaged JPEG: {header.Width} x {header.Height} pixels need {needed} bytes or more, but the file has {content.Length}");

        // Skia takes all inks for inverted ones, as Adobe stores them.
        if (header is { Components: CmykComponents, HasAdobeSegment: false })
            throw new InvalidFileException(name, "is a CMYK JPEG without Adobe's segment, which tells how its inks are stored; save it as RGB");

        var (width, height) = ((header.Width + reduction - 1) / reduction, (header.Height + reduction - 1) / reduction);
        if (!header.HasEnd && !header.HasAllScans)
            throw new InvalidFileException(name, $"is a truncated JPEG: it ends after {content.Length} bytes, without all of its scans and the end-of-image marker");

        content = FromFirstMarker(content, header);
        byte[] ended = header.HasEnd ? content : [.. content, .. EndOfImage];
        var image = turbo && header.Components != CmykComponents ? new RgbImage(width, height, Decompress(name, ended, width, height))
            : header.HasEnd ? DecodeWithSkia(name, ended, width, height)
            : DecodeWithoutEnd(name, content, width, height);
        if (!header.HasEnd) warn?.Invoke($"{name}: lacks the end-of-image marker; its picture is whole");
        return (image, header.Orientation);
    }

    /// <summary>Skia does not tell a scan that ends early; but where it is whole, nothing that comes behind it can matter.</summary>
    private static RgbImage DecodeWithoutEnd(string name, byte[] content, int width, int height)
    {
        var image = DecodeWithSkia(name, [.. content, .. EndOfImage], width, height);
        byte[] noise = [.. Enumerable.Repeat<byte>(0xA5, NoiseLength)];
        return image.Pixels.AsSpan().SequenceEqual(DecodeWithSkia(name, [.. content, .. noise, .. EndOfImage], width, height).Pixels)
            ? image
            : throw new InvalidFileException(name, "is a truncated JPEG: its data end before the picture does");
    }

    /// <summary>Skia takes a file for a JPEG only where a marker follows its start at once; libjpeg-turbo passes over what lies between.</summary>
    private static byte[] FromFirstMarker(byte[] content, JpegHeader header) =>
        header.FirstMarker == StartLength ? content : [.. content[..StartLength], .. content[header.FirstMarker..]];

    private static RgbImage DecodeWithSkia(string name, byte[] content, int width, int height)
    {
        using var picture = SkiaPicture.Open(name, "JPEG", content);
        return picture.Decode(width, height);
    }

    private static byte[] Decompress(string name, byte[] content, int width, int height)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(width * height * 3);
        using var decompressor = TurboJpegHandle.Decompressor();
        const int flags = TurboJpeg.AccurateDct | TurboJpeg.LimitScans;

        // Stopping at the first warning keeps truncated files cheap: nothing is made up for the missing part.
        if (Run(flags | TurboJpeg.StopOnWarning)) return pixels;
        var problem = decompressor.ErrorMessage;
        return decompressor.OnlyWarned && HarmlessWarnings.Any(problem.Contains) && (Run(flags) || decompressor.OnlyWarned)
            ? pixels
            : throw new InvalidFileException(name, $"is a damaged JPEG: {problem}");

        unsafe bool Run(int flags)
        {
            fixed (byte* from = content, to = pixels)
            {
                // A size smaller than the file's asks for the scaling that gives it.
                return TurboJpeg.tjDecompress2(
                    decompressor.Value, from, new CULong((uint)content.Length), to, width, width * 3, height, TurboJpeg.PixelFormatRgb, flags) == 0;
            }
        }
    }
}
