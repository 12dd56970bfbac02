namespace Secateur.Imaging.Drawing;

/// <summary>The place of a score beside its box.</summary>
/// <param name="Box">The background.</param>
/// <param name="Scale">Pixels a font cell.</param>
internal readonly record struct ScoreLabel(PixelBox Box, int Scale)
{
    /// <summary>Cells of background around the text.</summary>
    public const int Padding = 1;

    public static int WidthOf(string text) => DigitPaths.WidthOf(text) + (2 * Padding);

    public static int Height => DigitPaths.Height + (2 * Padding);
}

/// <summary>
/// Finds places for scores: inside the picture, clear of all other faces and of the labels placed before, smaller where it is tight. In a dense
/// crowd some faces get none, rather than hiding others.
/// </summary>
/// <param name="bounds">The picture.</param>
/// <param name="frames">The outer edges of all boxes.</param>
/// <param name="largestScale">The text scale that suits the picture.</param>
internal sealed class ScoreLabelPlacer(PixelBox bounds, IReadOnlyList<PixelBox> frames, int largestScale)
{
    private readonly List<PixelBox> _placed = [];

    /// <summary>The label of face <paramref name="index"/>, or null if there is no room for it.</summary>
    public ScoreLabel? Place(int index, string text)
    {
        var frame = frames[index];
        if (!frame.Overlaps(bounds)) return null;
        var visible = frame.Intersect(bounds);
        var smallest = Math.Max(1, largestScale / 3);
        var fitting = frame.Width * 5 / 4 / ScoreLabel.WidthOf(text);
        foreach (var candidates in (Candidates[])[Beside, Within])
        {
            for (var scale = Math.Clamp(fitting, smallest, largestScale); scale >= smallest; scale--)
            {
                foreach (var box in candidates(visible, ScoreLabel.WidthOf(text) * scale, ScoreLabel.Height * scale))
                {
                    if (!IsFree(box, index)) continue;
                    _placed.Add(box);
                    return new ScoreLabel(box, scale);
                }
            }
        }
        return null;
    }

    private delegate IEnumerable<PixelBox> Candidates(PixelBox visible, int width, int height);

    private static IEnumerable<PixelBox> Beside(PixelBox visible, int width, int height) =>
    [
        At(visible.Left, visible.Top - height, width, height),
        At(visible.Left, visible.Bottom, width, height),
        At(visible.Right - width, visible.Top - height, width, height),
        At(visible.Right - width, visible.Bottom, width, height),
    ];

    /// <summary>On the forehead or on the chin, if that leaves most of the face in sight.</summary>
    private static IEnumerable<PixelBox> Within(PixelBox visible, int width, int height) =>
        2 * visible.Height >= 5 * height && visible.Width >= width
            ? [At(visible.Left, visible.Top, width, height), At(visible.Left, visible.Bottom - height, width, height)]
            : [];

    private static PixelBox At(int left, int top, int width, int height) => new(left, top, left + width, top + height);

    private bool IsFree(PixelBox box, int owner)
    {
        if (box.Intersect(bounds) != box || _placed.Exists(box.Overlaps)) return false;
        for (var i = 0; i < frames.Count; i++)
        {
            if (i != owner && box.Overlaps(frames[i])) return false;
        }
        return true;
    }
}
