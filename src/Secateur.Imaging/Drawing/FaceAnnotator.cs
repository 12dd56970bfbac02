using System.Globalization;
using Secateur.Pixels;

namespace Secateur.Imaging.Drawing;

/// <summary>Draws detected faces: a box and the score of each, with lines and text that grow with the picture.</summary>
public static class FaceAnnotator
{
    /// <summary>Boxes are clamped to this far from the picture, which does not change what is seen.</summary>
    private const int FarOutside = 1 << 20;

    /// <summary>A copy of the picture with the faces drawn on it.</summary>
    /// <param name="image">The picture; it stays as it is.</param>
    /// <param name="faces">Faces in pixels of the picture; parts outside are clipped, those without area or with coordinates that are not finite are left out.</param>
    /// <param name="style">Colours and content; null for the defaults.</param>
    /// <returns>A picture of the same size. Scores are left out where they would hide other faces.</returns>
    public static RgbImage Draw(RgbImage image, IEnumerable<FaceDetection> faces, AnnotationStyle? style = null)
    {
        style ??= AnnotationStyle.Default;
        var drawn = new RgbImage(image.Width, image.Height, (byte[])image.Pixels.Clone());
        var canvas = new Canvas(drawn);
        var side = Math.Sqrt((double)image.Width * image.Height);
        var line = Math.Max(1, (int)Math.Round(side / 250));
        var textScale = Math.Max(1, (int)Math.Round(side / 310));

        var best = faces.Where(HasArea).OrderByDescending(face => face.Score).ToArray();
        var frames = new PixelBox[best.Length];
        for (var i = best.Length - 1; i >= 0; i--) frames[i] = DrawBox(canvas, best[i], line, style.Color);
        if (!style.ShowScores) return drawn;

        var placer = new ScoreLabelPlacer(canvas.Bounds, frames, textScale);
        for (var i = 0; i < best.Length; i++)
        {
            var text = best[i].Score.ToString("0.00", CultureInfo.InvariantCulture);
            if (placer.Place(i, text) is not { } label) continue;
            canvas.Fill(label.Box, style.Color);
            var padding = ScoreLabel.Padding * label.Scale;
            canvas.Write(text, label.Box.Left + padding, label.Box.Top + padding, label.Scale, style.Color.Contrasting);
        }
        return drawn;
    }

    // Comparisons with NaN are false, and an infinite edge makes the area infinite.
    private static bool HasArea(FaceDetection face) =>
        face.X2 > face.X1 && face.Y2 > face.Y1 && float.IsFinite(face.X1 + face.X2) && float.IsFinite(face.Y1 + face.Y2);

    /// <summary>Draws the line centred on the box's edge, between two thin lines of contrast where it is thick enough; returns the outer edge.</summary>
    private static PixelBox DrawBox(Canvas canvas, FaceDetection face, int line, RgbColor color)
    {
        var box = new PixelBox(
            Clamped(face.X1, canvas.Bounds.Right), Clamped(face.Y1, canvas.Bounds.Bottom),
            Clamped(face.X2, canvas.Bounds.Right) + 1, Clamped(face.Y2, canvas.Bounds.Bottom) + 1);
        var thickness = Math.Clamp(Math.Min(box.Width, box.Height) / 10, 1, line);
        var outer = box.Grow(thickness / 2);
        var inner = outer.Grow(-thickness);
        var edge = thickness >= 2 ? Math.Max(1, thickness / 4) : 0;
        if (edge > 0) canvas.Frame(outer.Grow(edge), inner.Grow(-edge), color.Contrasting);
        canvas.Frame(outer, inner, color);
        return outer.Grow(edge);

        static int Clamped(float coordinate, int length) => (int)Math.Clamp(MathF.Round(coordinate), -FarOutside, (float)length + FarOutside);
    }
}
