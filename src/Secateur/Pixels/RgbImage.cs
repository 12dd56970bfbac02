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
