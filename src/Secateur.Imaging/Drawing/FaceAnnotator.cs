using System.Globalization;
using Secateur.Imaging.Skia;
using Secateur.Pixels;
using SkiaSharp;

namespace Secateur.Imaging.Drawing;

/// <summary>Draws detected faces: a box and the score of each, with lines and text that grow with the picture.</summary>
public static class FaceAnnotator
{
    /// <summary>Boxes are clamped to this far from the picture, which does not change what is seen.</summary>
    private const int FarOutside = 1 << 20;

    /// <summary>Of the text, in its cells.</summary>
    private const float StrokeWidth = 1.05f;

    /// <summary>A copy of the picture with the faces drawn on it.</summary>
    /// <param name="image">The picture; it stays as it is.</param>
    /// <param name="faces">Faces in pixels of the picture; parts outside are clipped, those without area or with coordinates that are not finite are left out.</param>
    /// <param name="style">Colours and content; null for the defaults.</param>
    /// <param name="labels">What is written beside each face, in digits, points, number signs and blanks; null for the scores.</param>
    /// <returns>A picture of the same size. Labels are left out where they would hide other faces.</returns>
    public static RgbImage Draw(RgbImage image, IEnumerable<FaceDetection> faces, AnnotationStyle? style = null, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(faces);
        style ??= AnnotationStyle.Default;
        using var bitmap = SkiaBitmap.Of(image);
        using var canvas = new SKCanvas(bitmap);
        var bounds = new PixelBox(0, 0, image.Width, image.Height);
        var side = Math.Sqrt((double)image.Width * image.Height);
        var line = Math.Max(1, (int)Math.Round(side / 250));
        var textScale = Math.Max(1, (int)Math.Round(side / 310));

        var best = faces.Select((face, i) => (Face: face, Label: labels?[i] ?? face.Score.ToString("0.00", CultureInfo.InvariantCulture)))
            .Where(f => HasArea(f.Face)).OrderByDescending(f => f.Face.Score).ToArray();
        var frames = new PixelBox[best.Length];
        for (var i = best.Length - 1; i >= 0; i--) frames[i] = DrawBox(canvas, bounds, best[i].Face, line, style.Color);
        if (style.ShowScores) DrawScores(canvas, new ScoreLabelPlacer(bounds, frames, textScale), best, style.Color);
        canvas.Flush();
        return SkiaBitmap.ToImage(bitmap);
    }

    private static void DrawScores(SKCanvas canvas, ScoreLabelPlacer placer, (FaceDetection Face, string Label)[] best, RgbColor color)
    {
        using var pen = new SKPaint
        {
            Color = Skia(color.Contrasting),
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = StrokeWidth,
            StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        for (var i = 0; i < best.Length; i++)
        {
            var text = best[i].Label;
            if (placer.Place(i, text) is not { } label) continue;
            Fill(canvas, label.Box, color);
            canvas.Save();
            canvas.Translate(label.Box.Left + (ScoreLabel.Padding * label.Scale), label.Box.Top + (ScoreLabel.Padding * label.Scale));
            canvas.Scale(label.Scale);
            foreach (var character in text)
            {
                if (DigitPaths.Of(character) is { } strokes) canvas.DrawPath(strokes, pen);
                canvas.Translate(DigitPaths.Advance, 0);
            }

            canvas.Restore();
        }
    }

    // Comparisons with NaN are false, and an infinite edge makes the area infinite.
    private static bool HasArea(FaceDetection face) =>
        face.X2 > face.X1 && face.Y2 > face.Y1 && float.IsFinite(face.X1 + face.X2) && float.IsFinite(face.Y1 + face.Y2);

    /// <summary>Draws the line centred on the box's edge, between two thin lines of contrast where it is thick enough; returns the outer edge.</summary>
    private static PixelBox DrawBox(SKCanvas canvas, PixelBox bounds, FaceDetection face, int line, RgbColor color)
    {
        var box = new PixelBox(
            Clamped(face.X1, bounds.Right), Clamped(face.Y1, bounds.Bottom),
            Clamped(face.X2, bounds.Right) + 1, Clamped(face.Y2, bounds.Bottom) + 1);
        var thickness = Math.Clamp(Math.Min(box.Width, box.Height) / 10, 1, line);
        var outer = box.Grow(thickness / 2);
        var inner = outer.Grow(-thickness);
        var edge = thickness >= 2 ? Math.Max(1, thickness / 4) : 0;
        if (edge > 0) Frame(canvas, outer.Grow(edge), inner.Grow(-edge), color.Contrasting);
        Frame(canvas, outer, inner, color);
        return outer.Grow(edge);

        static int Clamped(float coordinate, int length) => (int)Math.Clamp(MathF.Round(coordinate), -FarOutside, (float)length + FarOutside);
    }

    /// <summary>Fills what lies within <paramref name="outer"/> and not within <paramref name="inner"/>.</summary>
    private static void Frame(SKCanvas canvas, PixelBox outer, PixelBox inner, RgbColor color)
    {
        canvas.Save();
        if (!inner.IsEmpty) canvas.ClipRect(Skia(inner), SKClipOperation.Difference);
        Fill(canvas, outer, color);
        canvas.Restore();
    }

    private static void Fill(SKCanvas canvas, PixelBox box, RgbColor color)
    {
        using var paint = new SKPaint { Color = Skia(color) };
        canvas.DrawRect(Skia(box), paint);
    }

    private static SKRect Skia(PixelBox box) => new(box.Left, box.Top, box.Right, box.Bottom);

    private static SKColor Skia(RgbColor color) => new(color.Red, color.Green, color.Blue);
}
