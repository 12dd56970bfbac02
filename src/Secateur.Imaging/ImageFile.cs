using Secateur.Imaging.Exif;
using Secateur.Imaging.Jpeg;
using Secateur.Imaging.Netpbm;
using Secateur.Imaging.Skia;
using Secateur.Pixels;

namespace Secateur.Imaging;

/// <summary>
/// Reads JPEG, PNG, WebP, GIF (the first frame), BMP, PPM and PGM files, told apart by their content, and writes JPEG, PNG, WebP and PPM files, told
/// apart by the extension.
/// </summary>
/// <remarks>
/// Grey becomes RGB. What is transparent is shown on white. Of 16-bit samples of PNG the high byte counts. CMYK JPEGs are converted without colour
/// profile. JPEG is left to libjpeg-turbo where it is installed, which reads 1.5 to 3 times and writes 7 times as fast as without, with the same
/// pixels; without it, damage inside a JPEG's data that leaves its markers whole goes unnoticed.
/// </remarks>
public static class ImageFile
{
    private const int FrontLength = 1 << 15;

    /// <summary>Lower-case extensions, with the dot, that <see cref="Write"/> knows.</summary>
    public static IReadOnlyList<string> WrittenExtensions { get; } = [".png", ".jpg", ".jpeg", ".webp", ".ppm"];

    /// <summary>Lower-case extensions, with the dot, of the files that can be read; to find pictures in a folder.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".bmp", ".ppm", ".pgm"];

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Orientation and pixel limit; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The file is a directory, no picture of a known format, damaged, or beyond the pixel limit.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read the file.</exception>
    public static RgbImage Read(string path, ImageReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Decode(path, BoundedFile.ReadAllBytes(path, Array.MaxLength), options);
    }

    /// <summary>Decodes a picture file that is in memory.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="options">Orientation and pixel limit; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The content is no picture of a known format, damaged, or beyond the pixel limit.</exception>
    public static RgbImage Decode(string name, byte[] content, ImageReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        options ??= ImageReadOptions.Default;
        var format = ImageFormats.Recognise(content);
        var (image, orientation) = format switch
        {
            ImageFormat.Unknown => throw new InvalidFileException(name, ImageFormats.DescribeUnknown(content)),
            ImageFormat.Netpbm => (NetpbmDecoder.Decode(name, content, options.MaxPixels), ExifOrientation.Upright),
            ImageFormat.Jpeg => JpegDecoder.Decode(name, content, options.MaxPixels, options.JpegReduction, TurboJpegLibrary.IsThere, options.OnWarning),
            _ => SkiaFormats.Decode(name, format, content, options.MaxPixels),
        };
        return options.ApplyOrientation ? ExifOrientation.Apply(image, orientation) : image;
    }

    /// <summary>What the header of a picture file says. Reads no more than that, so damage behind it goes unnoticed.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Size and orientation; both sides are positive.</returns>
    /// <exception cref="InvalidFileException">The file is a directory, no picture of a known format, its header is damaged, or it has more pixels than <see cref="ImageReadOptions.MaxPixels"/> allows by default.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read the file.</exception>
    public static ImageHeader ReadHeader(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var front = BoundedFile.ReadFront(path, FrontLength);
        ImageHeader header;
        try
        {
            header = DecodeHeader(path, front);
        }
        catch (InvalidFileException) when (front.Length == FrontLength)
        {
            // Large metadata may come before the size, and a WebP's orientation comes last.
            header = DecodeHeader(path, BoundedFile.ReadAllBytes(path, Array.MaxLength));
        }

        _ = PixelLimit.RgbBytes(path, (uint)header.Width, (uint)header.Height, ImageReadOptions.Default.MaxPixels);
        return header;
    }

    /// <summary>What the header of a picture file that is in memory says, however many pixels that may be.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <returns>Size and orientation; both sides are positive.</returns>
    /// <exception cref="InvalidFileException">The content is no picture of a known format, or its header is damaged.</exception>
    public static ImageHeader DecodeHeader(string name, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var format = ImageFormats.Recognise(content);
        var header = format switch
        {
            ImageFormat.Unknown => throw new InvalidFileException(name, ImageFormats.DescribeUnknown(content)),
            ImageFormat.Netpbm => NetpbmDecoder.ReadSize(name, content) is var (width, height) ? new ImageHeader(width, height, ExifOrientation.Upright) : default,
            ImageFormat.Jpeg => JpegHeader.ParseFront(name, content) is var jpeg ? new ImageHeader(jpeg.Width, jpeg.Height, jpeg.Orientation) : default,
            _ => SkiaFormats.ReadHeader(name, format, content),
        };
        PixelLimit.RequireSides(name, (uint)header.Width, (uint)header.Height);
        return header;
    }

    /// <summary>The size of the picture in a file, as stored, before any EXIF orientation; see <see cref="ReadHeader"/>.</summary>
    public static (int Width, int Height) ReadSize(string path) => ReadHeader(path) is var header ? (header.Width, header.Height) : default;

    /// <summary>Encodes a picture as a JPEG file in memory.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 to 100; chroma is stored at full resolution from 90 on.</param>
    /// <exception cref="ArgumentException">The quality is out of range, or the picture is too large for a JPEG (65,500 pixels a side).</exception>
    public static byte[] EncodeJpeg(RgbImage image, int quality = 92)
    {
        ArgumentNullException.ThrowIfNull(image);
        return JpegEncoder.Encode(image, quality, TurboJpegLibrary.IsThere);
    }

    /// <summary>Encodes a picture as a PNG file in memory.</summary>
    public static byte[] EncodePng(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return SkiaBitmap.EncodePng(image);
    }

    /// <summary>
    /// Writes a picture in the format of the extension (.png, .jpg, .jpeg, .webp or .ppm), through a temporary file, so that the name never holds half
    /// a picture.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="image">The picture.</param>
    /// <param name="jpegQuality">1 to 100, for JPEG and WebP only; a JPEG's chroma is stored at full resolution from 90 on.</param>
    /// <exception cref="ArgumentException">The extension is none of those, the quality is out of range, or the picture is too large for a JPEG (65,500 pixels a side).</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write there, or the path is a directory.</exception>
    public static void Write(string path, RgbImage image, int jpegQuality = 92)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(image);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (extension == ".ppm")
        {
            AtomicFile.Write(path, stream => NetpbmEncoder.Encode(image, stream));
            return;
        }

        var content = extension switch
        {
            ".png" => SkiaBitmap.EncodePng(image),
            ".jpg" or ".jpeg" => JpegEncoder.Encode(image, jpegQuality, TurboJpegLibrary.IsThere),
            ".webp" => SkiaBitmap.EncodeWebP(image, jpegQuality),
            _ => throw new ArgumentException($"{path}: pictures are written as {string.Join(", ", WrittenExtensions)}", nameof(path)),
        };
        AtomicFile.Write(path, stream => stream.Write(content));
    }
}
