namespace Secateur.Pixels;

/// <summary>An 8-bit RGB picture: rows from top to bottom, three bytes (red, green, blue) a pixel, no padding.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps <paramref name="pixels"/> (not copied).</summary>
    /// <exception cref="ArgumentException">A side is not positive, or the number of bytes is not width * height * 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != (long)width * height * 3)
            throw new ArgumentException($"{width} x {height} RGB pixels need {(long)width * height * 3} bytes, but {pixels.LongLength} were given");
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>A black picture.</summary>
    public RgbImage(int width, int height)
        : this(width, height, new byte[checked(width * height * 3)])
    {
    }

    /// <summary>A copy of pixels in another layout.</summary>
    /// <param name="pixels">The rows, from top to bottom.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="layout">The bytes of a pixel.</param>
    /// <param name="stride">Bytes from one row to the next; 0 where there are none between them.</param>
    /// <exception cref="ArgumentException">There are fewer bytes than the rows need, a side is not positive, or the stride is shorter than a row.</exception>
    public static RgbImage From(ReadOnlySpan<byte> pixels, int width, int height, PixelLayout layout, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var (red, green, blue, bytes) = layout switch
        {
            PixelLayout.Rgb => (0, 1, 2, 3),
            PixelLayout.Bgr => (2, 1, 0, 3),
            PixelLayout.Rgba => (0, 1, 2, 4),
            PixelLayout.Bgra => (2, 1, 0, 4),
            PixelLayout.Grey => (0, 0, 0, 1),
            _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "no such layout"),
        };
        var row = (long)width * bytes;
        var step = stride == 0 ? row : stride;
        if (step < row) throw new ArgumentException($"a stride of {stride} bytes is shorter than a row of {width} {layout} pixels, {row} bytes");
        var needed = ((Int128)step * (height - 1)) + row;
        if (pixels.Length < needed) throw new ArgumentException($"{width} x {height} {layout} pixels need {needed} bytes, but {pixels.Length} were given");
        if ((long)width * height * 3 > Array.MaxLength) throw new ArgumentException($"{width} x {height} pixels are more than an RGB picture can have");
        var image = new RgbImage(width, height);
        var to = image.Pixels.AsSpan();
        for (var y = 0; y < height; y++)
        {
            var from = pixels.Slice((int)(y * step), (int)row);
            for (; !from.IsEmpty; from = from[bytes..], to = to[3..]) (to[0], to[1], to[2]) = (from[red], from[green], from[blue]);
        }

        return image;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The bytes, [Height, Width, 3].</summary>
    public byte[] Pixels { get; }

    /// <summary>A new picture with left and right exchanged.</summary>
    public RgbImage Mirror()
    {
        var mirrored = GC.AllocateUninitializedArray<byte>(Pixels.Length);
        var stride = Width * 3;
        for (var row = 0; row < Pixels.Length; row += stride)
        {
            for (var (from, to) = (row, row + stride - 3); from < row + stride; from += 3, to -= 3)
                Pixels.AsSpan(from, 3).CopyTo(mirrored.AsSpan(to, 3));
        }
        return new RgbImage(Width, Height, mirrored);
    }
}
