using System.Buffers.Binary;
using Secateur.Pixels;

namespace Secateur.Imaging.Png;

internal enum PngColor : byte
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}

/// <summary>The IHDR chunk of a PNG file.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="BitDepth">Bits a sample: 1, 2, 4, 8 or 16.</param>
/// <param name="Color">What the samples are.</param>
/// <param name="Interlaced">Stored in the seven passes of Adam7.</param>
internal readonly record struct PngHeader(int Width, int Height, int BitDepth, PngColor Color, bool Interlaced)
{
    public const int Length = 13;

    /// <summary>Samples a pixel.</summary>
    public int Channels => Color switch { PngColor.GreyAlpha => 2, PngColor.Rgb => 3, PngColor.Rgba => 4, _ => 1 };

    /// <summary>The bytes of a row of <paramref name="width"/> pixels, without its filter byte.</summary>
    public long RowBytes(int width) => (((long)width * Channels * BitDepth) + 7) / 8;

    /// <summary>The passes that hold pixels, in the order of the file; a picture that is not interlaced is one pass.</summary>
    public IEnumerable<PngPass> Passes()
    {
        if (!Interlaced) return [new PngPass(0, 0, 1, 1, Width, Height)];
        var (width, height) = (Width, Height);
        return new (int X, int Y, int StepX, int StepY)[] { (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2) }
            .Select(p => new PngPass(p.X, p.Y, p.StepX, p.StepY, (width - p.X + p.StepX - 1) / p.StepX, (height - p.Y + p.StepY - 1) / p.StepY))
            .Where(p => p.Width > 0 && p.Height > 0);
    }

    /// <exception cref="InvalidFileException">A field has a value that PNG does not know, or the picture is beyond the pixel limit.</exception>
    public static PngHeader Parse(string name, ReadOnlySpan<byte> chunk, long maxPixels)
    {
        if (chunk.Length != Length)
            throw new InvalidFileException(name, $"is a damaged PNG: its IHDR chunk is {chunk.Length} bytes long, not {Length}");
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(chunk), BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]));
        _ = PixelLimit.RgbBytes(name, width, height, maxPixels);
        var (depth, color) = (chunk[8], (PngColor)chunk[9]);
        var known = color switch
        {
            PngColor.Grey => depth is 1 or 2 or 4 or 8 or 16,
            PngColor.Palette => depth is 1 or 2 or 4 or 8,
            PngColor.Rgb or PngColor.GreyAlpha or PngColor.Rgba => depth is 8 or 16,
            _ => false,
        };
        if (!known) throw new InvalidFileException(name, $"is a damaged PNG: there is no colour type {chunk[9]} with {depth} bits");
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
            throw new InvalidFileException(name, $"is a damaged PNG: compression, filter and interlace methods are {chunk[10]}, {chunk[11]} and {chunk[12]}; expected 0, 0 and 0 or 1");
        var header = new PngHeader((int)width, (int)height, depth, color, chunk[12] == 1);
        return header.RowBytes(header.Width) < Array.MaxLength
            ? header
            : throw new InvalidFileException(name, $"is a PNG with rows of {header.RowBytes(header.Width)} bytes, too long to read");
    }
}

/// <summary>The pixels of one pass: every StepX-th column from X on, every StepY-th row from Y on.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Width, int Height);
