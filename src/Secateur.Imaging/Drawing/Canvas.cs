using Secateur.Pixels;

namespace Secateur.Imaging.Drawing;

/// <summary>Draws on a picture; what lies outside is clipped.</summary>
internal sealed class Canvas(RgbImage image)
{
    public PixelBox Bounds { get; } = new(0, 0, image.Width, image.Height);

    public void Fill(PixelBox box, RgbColor color)
    {
        var inside = box.Intersect(Bounds);
        for (var y = inside.Top; y < inside.Bottom; y++)
        {
            for (var x = inside.Left; x < inside.Right; x++) Set(x, y, color);
        }
    }

    /// <summary>Fills what lies within <paramref name="outer"/> and not within <paramref name="inner"/>.</summary>
    public void Frame(PixelBox outer, PixelBox inner, RgbColor color)
    {
        if (inner.IsEmpty)
        {
            Fill(outer, color);
            return;
        }
        Fill(outer with { Bottom = inner.Top }, color);
        Fill(outer with { Top = inner.Bottom }, color);
        Fill(inner with { Left = outer.Left, Right = inner.Left }, color);
        Fill(inner with { Left = inner.Right, Right = outer.Right }, color);
    }

    /// <summary>Writes text with its upper left corner at (x, y).</summary>
    /// <param name="text">Characters that <see cref="BitmapFont"/> has.</param>
    /// <param name="x">Left edge of the first character.</param>
    /// <param name="y">Upper edge.</param>
    /// <param name="scale">Pixels a font cell.</param>
    /// <param name="color">Colour of the strokes.</param>
    public void Write(string text, int x, int y, int scale, RgbColor color)
    {
        foreach (var character in text)
        {
            for (var row = 0; row < BitmapFont.Height * scale; row++)
            {
                for (var column = 0; column < BitmapFont.Width * scale; column++)
                    Blend(x + column, y + row, color, BitmapFont.Coverage(character, (column + 0.5f) / scale, (row + 0.5f) / scale, scale));
            }
            x += BitmapFont.Advance * scale;
        }
    }

    private void Set(int x, int y, RgbColor color)
    {
        var at = ((y * image.Width) + x) * 3;
        (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]) = (color.Red, color.Green, color.Blue);
    }

    private void Blend(int x, int y, RgbColor color, float coverage)
    {
        if (coverage <= 0 || x < 0 || y < 0 || x >= image.Width || y >= image.Height) return;
        var pixel = image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3);
        pixel[0] = Mix(pixel[0], color.Red);
        pixel[1] = Mix(pixel[1], color.Green);
        pixel[2] = Mix(pixel[2], color.Blue);

        byte Mix(byte below, byte above) => (byte)(below + ((above - below) * coverage) + 0.5f);
    }
}
