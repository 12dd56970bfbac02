using Secateur.Imaging.Exif;
using Secateur.Imaging.Skia;
using Secateur.Pixels;

namespace Secateur.Imaging;

/// <summary>The formats that Skia alone reads.</summary>
internal static class SkiaFormats
{
    /// <summary>Deflate expands a byte to 1032 at most, and each of these holds 8 pixels at most.</summary>
    private const int MaxPngPixelsPerByte = 8 * 1032;

    /// <summary>Size as stored and EXIF orientation.</summary>
    /// <exception cref="InvalidFileException">The header is damaged.</exception>
    public static ImageHeader ReadHeader(string name, ImageFormat format, byte[] content)
    {
        using var picture = SkiaPicture.Open(name, NameOf(format), content);
        return Orient(name, picture, format, content);
    }

    /// <returns>The picture as stored, and its EXIF orientation.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, truncated, or beyond the pixel limit.</exception>
    public static (RgbImage Image, int Orientation) Decode(string name, ImageFormat format, byte[] content, long maxPixels)
    {
        using var picture = SkiaPicture.Open(name, NameOf(format), content);
        var (width, height) = (picture.Width, picture.Height);
        _ = PixelLimit.RgbBytes(name, (uint)width, (uint)height, maxPixels);
        if (format == ImageFormat.Png && (long)content.Length * MaxPngPixelsPerByte < (long)width * height)
            throw new InvalidFileException(name, $"is a damaged PNG: {width} x {height} pixels are more than {content.Length} bytes can hold");
        return (picture.Decode(width, height), Orient(name, picture, format, content).Orientation);
    }

    /// <summary>Skia passes over the orientation of a PNG, and over that of a WebP, which stands at the end, where the end is missing.</summary>
    private static ImageHeader Orient(string name, SkiaPicture picture, ImageFormat format, byte[] content)
    {
        if (format == ImageFormat.WebP) WebPExif.CheckIsThere(name, content);
        return new(picture.Width, picture.Height, format == ImageFormat.Png ? ExifOrientation.Parse(PngExif.Find(name, content)) : picture.Orientation);
    }

    private static string NameOf(ImageFormat format) => format switch { ImageFormat.Png => "PNG", ImageFormat.Gif => "GIF", ImageFormat.Bmp => "BMP", _ => "WebP" };
}
