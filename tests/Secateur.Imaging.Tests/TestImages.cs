using Secateur.Pixels;

namespace Secateur.Imaging.Tests;

/// <summary>Pictures made in code.</summary>
internal static class TestImages
{
    /// <summary>Every byte random.</summary>
    public static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Smooth ramps, which JPEG keeps nearly unchanged.</summary>
    public static RgbImage Ramps(int width, int height)
    {
        var image = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++) SetPixel(image, x, y, (byte)(255 * x / width), (byte)(255 * y / height), (byte)(128 + (100 * x / width) - (100 * y / height)));
        }
        return image;
    }

    public static RgbImage Filled(int width, int height, byte red, byte green, byte blue)
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i += 3) (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        return image;
    }

    public static (byte Red, byte Green, byte Blue) PixelAt(RgbImage image, int x, int y)
    {
        var at = ((y * image.Width) + x) * 3;
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    public static void SetPixel(RgbImage image, int x, int y, byte red, byte green, byte blue)
    {
        var at = ((y * image.Width) + x) * 3;
        (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]) = (red, green, blue);
    }

    public static int LargestDifference(RgbImage one, RgbImage other)
    {
        Assert.Equal((one.Width, one.Height), (other.Width, other.Height));
        return one.Pixels.Zip(other.Pixels, (a, b) => Math.Abs(a - b)).Max();
    }
}
