using System.Collections.Immutable;
using Secateur.Demo.Reports;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Weights;

namespace Secateur.Demo;

/// <summary>Shows validation scenes, enlarged: the faces as they were drawn, then what each of some models finds.</summary>
internal static class DemoPictures
{
    private const int Enlargement = 2;
    private const int JpegQuality = 85;
    private const float LeastOverlap = 0.5f;
    private static readonly AnnotationStyle Truth = AnnotationStyle.Default with { Color = new RgbColor(255, 200, 40), ShowScores = false };

    /// <summary>The scenes with the most faces, each with its labels and with the detections of every model.</summary>
    public static ImmutableArray<ReportPicture> Create(FaceDataset validation, int scenes, IReadOnlyList<(string Name, Model Model)> models)
    {
        var detectors = models.Select(m => (m.Name, Detector: new FaceDetector(m.Model))).ToArray();
        try
        {
            return [.. validation.Images.OrderByDescending(image => image.Faces.Length).Take(scenes).SelectMany(image => Show(image, detectors))];
        }
        finally
        {
            foreach (var (_, detector) in detectors) detector.Dispose();
        }
    }

    private static IEnumerable<ReportPicture> Show(LabelledImage image, IEnumerable<(string Name, FaceDetector Detector)> detectors)
    {
        var pixels = ImageFile.Read(image.Path);
        FaceDetection[] drawn = [.. image.Faces.Select(f => new FaceDetection(f.X1, f.Y1, f.X2, f.Y2, 1))];
        yield return Picture(pixels, drawn, Truth, $"as drawn: {drawn.Length} faces");
        foreach (var (name, detector) in detectors)
        {
            var found = detector.Detect(pixels);
            var (right, wrong) = Count(found, drawn);
            yield return Picture(pixels, found, AnnotationStyle.Default, $"{name}: {right} of {drawn.Length} found, {wrong} wrong");
        }
    }

    /// <summary>Each detection, best first, takes the face that it overlaps most, at least by half; what takes none is wrong.</summary>
    internal static (int Right, int Wrong) Count(IReadOnlyList<FaceDetection> found, IReadOnlyList<FaceDetection> drawn)
    {
        var left = drawn.ToList();
        foreach (var face in found.OrderByDescending(f => f.Score))
        {
            if (left.Count > 0 && left.MaxBy(d => Overlap(d, face)) is var nearest && Overlap(nearest, face) >= LeastOverlap) left.Remove(nearest);
        }

        var right = drawn.Count - left.Count;
        return (right, found.Count - right);
    }

    private static float Overlap(FaceDetection a, FaceDetection b)
    {
        var common = Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1)) * Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));
        return common / (Area(a) + Area(b) - common);

        static float Area(FaceDetection face) => (face.X2 - face.X1) * (face.Y2 - face.Y1);
    }

    private static ReportPicture Picture(RgbImage pixels, IEnumerable<FaceDetection> faces, AnnotationStyle style, string caption)
    {
        var enlarged = BilinearResizer.Resize(pixels, Enlargement);
        var boxes = faces.Select(f => f with { X1 = f.X1 * Enlargement, Y1 = f.Y1 * Enlargement, X2 = f.X2 * Enlargement, Y2 = f.Y2 * Enlargement });
        return new ReportPicture(ImageFile.EncodeJpeg(FaceAnnotator.Draw(enlarged, boxes, style), JpegQuality), caption);
    }
}
