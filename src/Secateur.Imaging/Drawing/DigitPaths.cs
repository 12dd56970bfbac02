using SkiaSharp;

namespace Secateur.Imaging.Drawing;

/// <summary>Digits, the point and the number sign as strokes on 5 x 7 cells: Skia has no font where the system has none.</summary>
internal static class DigitPaths
{
    /// <summary>Cells across a character.</summary>
    public const int Width = 5;

    /// <summary>Cells from the top of a character to its base line.</summary>
    public const int Height = 7;

    /// <summary>Cells from one character to the next.</summary>
    public const int Advance = Width + 1;

    private const string Characters = "0123456789.#";

    private static readonly SKPath[] Paths =
    [
        .. new[]
        {
            "M2.5 .6 C3.9 .6 4.4 1.9 4.4 3.5 C4.4 5.1 3.9 6.4 2.5 6.4 C1.1 6.4 .6 5.1 .6 3.5 C.6 1.9 1.1 .6 2.5 .6 Z",
            "M1.2 1.8 L2.9 .6 L2.9 6.4",
            "M.8 1.9 C.9 1.1 1.6 .6 2.5 .6 C3.6 .6 4.3 1.2 4.3 2.1 C4.3 3.2 3.4 3.9 .7 6.4 L4.4 6.4",
            "M.7 .6 L4.2 .6 L2.2 2.8 C3.6 2.8 4.4 3.5 4.4 4.6 C4.4 5.7 3.6 6.4 2.4 6.4 C1.5 6.4 .9 6.1 .6 5.4",
            "M3.5 6.4 L3.5 .6 L.6 4.7 L4.5 4.7",
            "M4.1 .6 L1.2 .6 L1 3.2 C1.4 2.9 1.9 2.7 2.5 2.7 C3.6 2.7 4.4 3.4 4.4 4.5 C4.4 5.6 3.6 6.4 2.4 6.4 C1.6 6.4 1 6.1 .6 5.5",
            "M3.7 .6 C2 1 .6 2.6 .6 4.5 C.6 5.7 1.4 6.4 2.5 6.4 C3.6 6.4 4.4 5.6 4.4 4.6 C4.4 3.6 3.6 2.9 2.6 2.9 C1.6 2.9 .8 3.5 .6 4.5",
            "M.7 .6 L4.4 .6 L1.9 6.4",
            "M2.5 3.2 C1.5 3.2 .9 2.7 .9 1.9 C.9 1.1 1.6 .6 2.5 .6 C3.4 .6 4.1 1.1 4.1 1.9 C4.1 2.7 3.5 3.2 2.5 3.2 C1.3 3.2 .6 3.9 .6 4.8 C.6 5.8 1.4 6.4 2.5 6.4 C3.6 6.4 4.4 5.8 4.4 4.8 C4.4 3.9 3.7 3.2 2.5 3.2 Z",
            "M1.3 6.4 C3 6 4.4 4.4 4.4 2.5 C4.4 1.3 3.6 .6 2.5 .6 C1.4 .6 .6 1.4 .6 2.4 C.6 3.4 1.4 4.1 2.4 4.1 C3.4 4.1 4.2 3.5 4.4 2.5",
            "M2.5 6.2 L2.5 6.3",
            "M1.9 1 L1.3 6 M3.7 1 L3.1 6 M.8 2.6 L4.4 2.6 M.6 4.4 L4.2 4.4",
        }.Select(text => SKPath.ParseSvgPathData(text) ?? throw new FormatException(text)),
    ];

    /// <summary>Cells across a text, without the gap after its last character.</summary>
    public static int WidthOf(string text) => (text.Length * Advance) - 1;

    /// <summary>The strokes of a character in cells, from its upper left corner; null where it has none.</summary>
    public static SKPath? Of(char character) => Characters.IndexOf(character, StringComparison.Ordinal) is >= 0 and var index ? Paths[index] : null;
}
