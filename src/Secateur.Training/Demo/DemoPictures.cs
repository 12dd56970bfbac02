using System.Collections.Immutable;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Reports;
using Secateur.Weights;

namespace Secateur.Training.Demo;

/// <summary>Shows validation scenes, enlarged: the faces as they were drawn, then what each of some models finds.</summary>
internal static class DemoPictures
{
    private const int Enlargement = 2;
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
        yield return Picture(pixels, [.. image.Faces.Select(f => new FaceDetection(f.X1, f.Y1, f.X2, f.Y2, 1))], "as drawn", Truth);
        foreach (var (name, detector) in detectors) yield return Picture(pixels, detector.Detect(pixels), name, AnnotationStyle.Default);
    }

    private static ReportPicture Picture(RgbImage pixels, IReadOnlyList<FaceDetection> faces, string name, AnnotationStyle style)
    {
        var enlarged = BilinearResizer.Resize(pixels, Enlargement);
        var boxes = faces.Select(f => f with { X1 = f.X1 * Enlargement, Y1 = f.Y1 * Enlargement, X2 = f.X2 * Enlargement, Y2 = f.Y2 * Enlargement });
        return new ReportPicture(ImageFile.EncodeJpeg(FaceAnnotator.Draw(enlarged, boxes, style), 85), $"{name}: {faces.Count} faces");
    }
}
