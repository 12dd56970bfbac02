using System.Collections.Immutable;
using Secateur.Demo.Reports;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Secateur.Weights;

namespace Secateur.Demo;

/// <summary>Shows validation scenes, enlarged: the faces as they were drawn, then what each of some models finds.</summary>
internal static class DemoPictures
{
    private const int Enlargement = 2;
    private const int JpegQuality = 85;
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
            var match = FaceMatching.Of(found, drawn);
            yield return Picture(pixels, found, AnnotationStyle.Default, $"{name}: {match.Found.Length} of {drawn.Length} found, {match.Wrong.Length} wrong");
        }
    }

    private static ReportPicture Picture(RgbImage pixels, IEnumerable<FaceDetection> faces, AnnotationStyle style, string caption)
    {
        var enlarged = BilinearResizer.Resize(pixels, Enlargement);
        var boxes = faces.Select(f => f with { X1 = f.X1 * Enlargement, Y1 = f.Y1 * Enlargement, X2 = f.X2 * Enlargement, Y2 = f.Y2 * Enlargement });
        return new ReportPicture(ImageFile.EncodeJpeg(FaceAnnotator.Draw(enlarged, boxes, style), JpegQuality), caption);
    }
}
