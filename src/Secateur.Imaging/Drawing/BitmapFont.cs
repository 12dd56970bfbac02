namespace Secateur.Imaging.Drawing;

/// <summary>Digits and a few signs on 5 x 7 cells, with edges smoothed when they are enlarged.</summary>
internal static class BitmapFont
{
    /// <summary>Cells across a character.</summary>
    public const int Width = 5;

    /// <summary>Cells from the top of a character to its base line.</summary>
    public const int Height = 7;

    /// <summary>Cells from one character to the next.</summary>
    public const int Advance = Width + 1;

    private const string Characters = "0123456789.%";

    /// <summary>Seven rows a character, the leftmost cell in bit 4.</summary>
    private static ReadOnlySpan<byte> Cells =>
    [
        0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110,
        0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110,
        0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111,
        0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110,
        0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010,
        0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110,
        0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110,
        0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000,
        0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110,
        0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100,
        0b00000, 0b00000, 0b00000, 0b00000, 0b00000, 0b00110, 0b00110,
        0b11001, 0b11001, 0b00010, 0b00100, 0b01000, 0b10011, 0b10011,
    ];

    /// <summary>Cells across a text, without the gap after its last character.</summary>
    public static int WidthOf(string text) => (text.Length * Advance) - 1;

    /// <summary>How much of a pixel a character covers, 0 to 1: the cells are interpolated and cut at one half, which rounds their corners.</summary>
    /// <param name="character">A character; unknown ones are blank.</param>
    /// <param name="x">The pixel's centre, in cells from the character's left edge.</param>
    /// <param name="y">The pixel's centre, in cells from the upper edge.</param>
    /// <param name="scale">Pixels a cell: the larger, the sharper the cut.</param>
    public static float Coverage(char character, float x, float y, int scale)
    {
        var index = Characters.IndexOf(character, StringComparison.Ordinal);
        if (index < 0) return 0;
        var (left, top) = ((int)MathF.Floor(x - 0.5f), (int)MathF.Floor(y - 0.5f));
        var (toRight, toBottom) = (x - 0.5f - left, y - 0.5f - top);
        var upper = ((1 - toRight) * Cell(index, left, top)) + (toRight * Cell(index, left + 1, top));
        var lower = ((1 - toRight) * Cell(index, left, top + 1)) + (toRight * Cell(index, left + 1, top + 1));
        var value = ((1 - toBottom) * upper) + (toBottom * lower);
        return Math.Clamp(((value - 0.5f) * scale) + 0.5f, 0, 1);
    }

    private static int Cell(int index, int x, int y) =>
        x is < 0 or >= Width || y is < 0 or >= Height ? 0 : (Cells[(index * Height) + y] >> (Width - 1 - x)) & 1;
}
