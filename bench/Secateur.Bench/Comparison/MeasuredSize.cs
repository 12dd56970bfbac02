using Secateur.Pixels;

namespace Secateur.Bench.Comparison;

/// <summary>A size to measure, for all networks or for one family.</summary>
/// <param name="Family">The beginning of an architecture's name; empty for all.</param>
/// <param name="Size">The size.</param>
internal readonly record struct MeasuredSize(string Family, ImageSize Size)
{
    private const int MostSide = 65_536;

    /// <summary>All networks at 480 rows x 640 columns; EResFD, made for small devices, also on a thumbnail and on a full-HD frame.</summary>
    public static MeasuredSize[] Usual { get; } = [new("", new(480, 640)), new("eresfd", new(120, 160)), new("eresfd", new(1080, 1920))];

    /// <summary>Reads "480x640" or "eresfd=120x160".</summary>
    public static bool TryParse(string text, out MeasuredSize measured)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parsed = ImageSize.TryParse(text[(equals + 1)..], out var size) && Math.Max(size.Height, size.Width) <= MostSide;
        measured = new MeasuredSize(equals < 0 ? "" : text[..equals], size);
        return parsed && equals != 0;
    }

    /// <summary>Whether a network is measured at it.</summary>
    public bool IsFor(string architecture) => architecture.StartsWith(Family, StringComparison.Ordinal);
}
