namespace Secateur.Pixels;

/// <summary>Turns down declared sizes before memory is set aside for them.</summary>
internal static class PixelLimit
{
    /// <summary>The bytes of an RGB picture of that size.</summary>
    /// <exception cref="InvalidFileException">A side is zero, or there are too many pixels.</exception>
    public static int RgbBytes(string name, uint width, uint height, long maxPixels)
    {
        RequireSides(name, width, height);
        var pixels = (ulong)width * height;
        var limit = (ulong)Math.Clamp(maxPixels, 0, Array.MaxLength / 3);
        if (pixels > limit)
            throw new InvalidFileException(name, $"declares {width} x {height} = {pixels} pixels, more than the limit of {limit}");
        return (int)pixels * 3;
    }

    /// <summary>Turns down a size without pixels.</summary>
    /// <exception cref="InvalidFileException">A side is zero.</exception>
    public static void RequireSides(string name, uint width, uint height)
    {
        if (width == 0 || height == 0) throw new InvalidFileException(name, $"declares {width} x {height} pixels; both sides must be positive");
    }
}
