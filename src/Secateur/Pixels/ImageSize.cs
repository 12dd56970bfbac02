using System.Globalization;

namespace Secateur.Pixels;

/// <summary>The size of a picture; written rows x columns, as everywhere in Secateur.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Reads "480x640": two whole numbers above 0.</summary>
    public static bool TryParse(string text, out ImageSize size)
    {
        size = default;
        var parts = text.Split('x', 'X');
        if (parts.Length != 2 || !IsSide(parts[0], out var height) || !IsSide(parts[1], out var width)) return false;
        size = new ImageSize(height, width);
        return true;
    }

    /// <summary>"480x640".</summary>
    public override string ToString() => $"{Height}x{Width}";

    private static bool IsSide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;
}
