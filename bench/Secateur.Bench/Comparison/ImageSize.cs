using System.Globalization;

namespace Secateur.Bench.Comparison;

/// <summary>The size of an input; written rows x columns, as everywhere in Secateur.</summary>
internal readonly record struct ImageSize(int Height, int Width)
{
    private const int Most = 65_536;

    /// <summary>Reads "480x640".</summary>
    public static bool TryParse(string text, out ImageSize size)
    {
        size = default;
        var parts = text.Split('x');
        if (parts.Length != 2 || !IsSide(parts[0], out var height) || !IsSide(parts[1], out var width)) return false;
        size = new ImageSize(height, width);
        return true;
    }

    public override string ToString() => $"{Height}x{Width}";

    private static bool IsSide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side is >= 1 and <= Most;
}

/// <summary>A size to measure, for all networks or for one family.</summary>
/// <param name="Family">The beginning of an architecture's name; empty for all.</param>
/// <param name="Size">The size.</param>
internal readonly record struct MeasuredSize(string Family, ImageSize Size)
{
    /// <summary>All networks at 480 rows x 640 columns; EResFD, made for small devices, also on a thumbnail and on a full-HD frame.</summary>
    public static MeasuredSize[] Usual { get; } = [new("", new(480, 640)), new("eresfd", new(120, 160)), new("eresfd", new(1080, 1920))];

    /// <summary>Reads "480x640" or "eresfd=120x160".</summary>
    public static bool TryParse(string text, out MeasuredSize measured)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parsed = ImageSize.TryParse(text[(equals + 1)..], out var size);
        measured = new MeasuredSize(equals < 0 ? "" : text[..equals], size);
        return parsed && equals != 0;
    }

    /// <summary>Whether a network is measured at it.</summary>
    public bool IsFor(string architecture) => architecture.StartsWith(Family, StringComparison.Ordinal);
}
