using System.IO.Compression;
using Secateur.Imaging.Exif;
using Secateur.Pixels;

namespace Secateur.Imaging.Png;

/// <summary>
/// Decodes PNG files (PNG specification, third edition): all colour types and depths, interlaced or not. Never inflates more than the
/// header's size needs.
/// </summary>
internal static class PngDecoder
{
    /// <summary>Deflate cannot expand a byte to more than this.</summary>
    private const int MaxExpansion = 1032;

    /// <returns>The picture as stored, and its EXIF orientation.</returns>
    /// <exception cref="InvalidFileException">The file is damaged, truncated, or beyond the pixel limit.</exception>
    public static (RgbImage Image, int Orientation) Decode(string name, byte[] content, long maxPixels)
    {
        var chunks = PngChunks.Parse(name, content, maxPixels);
        var header = chunks.Header;
        var needed = header.Passes().Sum(pass => (header.RowBytes(pass.Width) + 1) * pass.Height);
        var compressed = chunks.ImageData.Sum(part => (long)part.End.Value - part.Start.Value);
        if (compressed * MaxExpansion < needed)
            throw new InvalidFileException(name, $"is a damaged PNG: {header.Width} x {header.Height} pixels are {needed} bytes, more than the {compressed} bytes of image data can hold");

        var image = new RgbImage(
            header.Width, header.Height, GC.AllocateUninitializedArray<byte>(PixelLimit.RgbBytes(name, (uint)header.Width, (uint)header.Height, maxPixels)));
        using var inflated = new ZLibStream(new PngImageDataStream(content, chunks.ImageData), CompressionMode.Decompress);
        var pixels = new PngPixels(name, chunks);
        foreach (var pass in header.Passes()) DecodePass(name, inflated, header, pass, pixels, image);
        return (image, ExifOrientation.Parse(chunks.Exif));
    }

    private static void DecodePass(string name, ZLibStream inflated, PngHeader header, PngPass pass, PngPixels pixels, RgbImage image)
    {
        var pixelBytes = Math.Max(1, header.Channels * header.BitDepth / 8);
        var length = (int)header.RowBytes(pass.Width) + 1;
        var (row, above) = (new byte[length], new byte[length]);
        for (var y = 0; y < pass.Height; y++)
        {
            var imageRow = pass.Y + (y * pass.StepY);
            ReadRow(name, inflated, row, imageRow);
            if (row[0] > PngFilter.Paeth)
                throw new InvalidFileException(name, $"is a damaged PNG: row {imageRow} has the unknown filter {row[0]}");
            PngFilter.Restore(row[0], row.AsSpan(1), above.AsSpan(1), pixelBytes);
            pixels.Convert(row.AsSpan(1), pass, image.Pixels.AsSpan(imageRow * image.Width * 3, image.Width * 3));
            (row, above) = (above, row);
        }
    }

    private static void ReadRow(string name, ZLibStream inflated, byte[] row, int imageRow)
    {
        try
        {
            if (inflated.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                throw new InvalidFileException(name, $"is a truncated PNG: its image data ends in row {imageRow}");
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidFileException(name, $"is a damaged PNG: the compressed data of row {imageRow} cannot be inflated ({damaged.Message})", damaged);
        }
    }
}
