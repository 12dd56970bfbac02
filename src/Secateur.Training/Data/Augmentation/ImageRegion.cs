using Secateur.Pixels;

namespace Secateur.Training.Data.Augmentation;

/// <summary>A rectangle of an image; right and bottom are exclusive.</summary>
internal readonly record struct ImageRegion(RgbImage Image, int Left, int Top, int Right, int Bottom)
{
    /// <summary>All of an image.</summary>
    public static ImageRegion Whole(RgbImage image) => new(image, 0, 0, image.Width, image.Height);

    /// <summary>Columns.</summary>
    public int Width => Right - Left;

    /// <summary>The bytes of the region in a row of the image, red, green, blue.</summary>
    public Span<byte> Row(int y) => Image.Pixels.AsSpan(((y * Image.Width) + Left) * 3, Width * 3);
}
