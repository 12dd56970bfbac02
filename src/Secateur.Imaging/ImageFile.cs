using Secateur.Imaging.Exif;
using Secateur.Imaging.Jpeg;
using Secateur.Imaging.Netpbm;
using Secateur.Imaging.Png;
using Secateur.Pixels;

namespace Secateur.Imaging;

/// <summary>
/// Reads JPEG, PNG, PPM and PGM files, told apart by their content, and writes JPEG, PNG and PPM files, told apart by the extension.
/// </summary>
/// <remarks>
/// Grey becomes RGB. Transparent PNGs are shown on white. 16-bit samples are rounded to 8 bits. CMYK JPEGs are converted without colour profile.
/// </remarks>
public static class ImageFile
{
    private const int FrontLength = 1 << 15;

    /// <summary>Lower-case extensions, with the dot, that <see cref="Write"/> knows.</summary>
    public static IReadOnlyList<string> WrittenExtensions { get; } = [".png", ".jpg", ".jpeg", ".ppm"];

    /// <summary>Lower-case extensions, with the dot, of the files that can be read; to find pictures in a folder.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".ppm", ".pgm"];

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Orientation and pixel limit; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The file is a directory, no picture of a known format, damaged, or beyond the pixel limit.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to read the file.</exception>
    /// <exception cref="DllNotFoundException">The file is a JPEG and libjpeg-turbo is not installed.</exception>
    public static RgbImage Read(string path, ImageReadOptions? options = null) => Decode(path, BoundedFile.ReadAllBytes(path, Array.MaxLength), options);

    /// <summary>Decodes a picture file that is in memory.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <param name="options">Orientation and pixel limit; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The content is no picture of a known format, damaged, or beyond the pixel limit.</exception>
    /// <exception cref="DllNotFoundException">The content is a JPEG and libjpeg-turbo is not installed.</exception>
    public static RgbImage Decode(string name, byte[] content, ImageReadOptions? options = null)
    {
        options ??= ImageReadOptions.Default;
        var (image, orientation) = ImageFormats.Recognise(content) switch
        {
            ImageFormat.Jpeg => JpegDecoder.Decode(name, content, options.MaxPixels, options.JpegReduction),
            ImageFormat.Png => PngDecoder.Decode(name, content, options.MaxPixels),
            ImageFormat.Netpbm => (NetpbmDecoder.Decode(name, content, options.MaxPixels), ExifOrientation.Upright),
            _ => throw new InvalidFileException(name, ImageFormats.DescribeUnknown(content)),
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
        var front = BoundedFile.ReadFront(path, FrontLength);
        try
        {
            return DecodeHeader(path, front);
        }
        catch (InvalidFileException) when (front.Length == FrontLength)
        {
            // Large metadata may come before the size.
            return DecodeHeader(path, BoundedFile.ReadAllBytes(path, Array.MaxLength));
        }
    }

    /// <summary>The size of the picture in a file, as stored, before any EXIF orientation; see <see cref="ReadHeader"/>.</summary>
    public static (int Width, int Height) ReadSize(string path) => ReadHeader(path) is var header ? (header.Width, header.Height) : default;

    /// <summary>Encodes a picture as a JPEG file in memory.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="quality">1 to 100; chroma is stored at full resolution from 90 on.</param>
    /// <exception cref="ArgumentException">The quality is out of range, or the picture is too large for a JPEG (65,500 pixels a side).</exception>
    /// <exception cref="DllNotFoundException">libjpeg-turbo is not installed.</exception>
    public static byte[] EncodeJpeg(RgbImage image, int quality = 92) => JpegEncoder.Encode(image, quality);

    /// <summary>
    /// Writes a picture in the format of the extension (.png, .jpg, .jpeg or .ppm), through a temporary file, so that the name never holds half
    /// a picture.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="image">The picture.</param>
    /// <param name="jpegQuality">1 to 100, for JPEG only; chroma is stored at full resolution from 90 on.</param>
    /// <exception cref="ArgumentException">The extension is none of those, the quality is out of range, or the picture is too large for a JPEG (65,500 pixels a side).</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write there, or the path is a directory.</exception>
    /// <exception cref="DllNotFoundException">A JPEG is to be written and libjpeg-turbo is not installed.</exception>
    public static void Write(string path, RgbImage image, int jpegQuality = 92)
    {
        switch (Path.GetExtension(path).ToUpperInvariant())
        {
            case ".PNG":
                AtomicFile.Write(path, stream => PngEncoder.Encode(image, stream));
                break;
            case ".JPG" or ".JPEG":
                var jpeg = JpegEncoder.Encode(image, jpegQuality);
                AtomicFile.Write(path, stream => stream.Write(jpeg));
                break;
            case ".PPM":
                AtomicFile.Write(path, stream => NetpbmEncoder.Encode(image, stream));
                break;
            default:
                throw new ArgumentException($"{path}: pictures are written as .png, .jpg, .jpeg or .ppm", nameof(path));
        }
    }

    private static ImageHeader DecodeHeader(string name, byte[] content)
    {
        var header = ImageFormats.Recognise(content) switch
        {
            ImageFormat.Jpeg => JpegHeader.ParseFront(name, content) is var jpeg ? new ImageHeader(jpeg.Width, jpeg.Height, jpeg.Orientation) : default,
            ImageFormat.Png => PngChunks.ParseHeader(name, content) is var png ? new ImageHeader(png.Width, png.Height, ExifOrientation.Upright) : default,
            ImageFormat.Netpbm => NetpbmDecoder.ReadSize(name, content) is var (width, height) ? new ImageHeader(width, height, ExifOrientation.Upright) : default,
            _ => throw new InvalidFileException(name, ImageFormats.DescribeUnknown(content)),
        };
        _ = PixelLimit.RgbBytes(name, (uint)header.Width, (uint)header.Height, ImageReadOptions.Default.MaxPixels);
        return header;
    }
}
