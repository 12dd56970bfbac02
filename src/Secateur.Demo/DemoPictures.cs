using System.Collections.Immutable;
using Secateur.Demo.Reports;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Secateur.Weights;
using Secateur.Zoo;

namespace Secateur.Demo;

/// <summary>Shows validation scenes, enlarged: the faces as they were drawn, then what each of some models finds; and a user's picture.</summary>
internal static class DemoPictures
{
    private const int Enlargement = 2;
    private const int JpegQuality = 85;
    private const double PhotoSide = 960;
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

    /// <summary>A picture with the detections of every model of the zoo.</summary>
    public static ImmutableArray<ReportPicture> Create(RgbImage photo, IReadOnlyList<ZooModel> models, int threads, Action<int, int> report) =>
        [.. models.Select((model, i) =>
        {
            using var detector = new FaceDetector(model.Load(), new DetectorOptions { Threads = threads });
            var found = detector.Detect(photo);
            report(i + 1, models.Count);
            return Picture(photo, found, AnnotationStyle.Default, $"{model.Name}: {found.Count} {(found.Count == 1 ? "face" : "faces")}", Math.Min(1, PhotoSide / Math.Max(photo.Width, photo.Height)));
        })];

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

    private static ReportPicture Picture(RgbImage pixels, IEnumerable<FaceDetection> faces, AnnotationStyle style, string caption, double scale = Enlargement)
    {
        var (resized, factor) = (BilinearResizer.Resize(pixels, scale), (float)scale);
        var boxes = faces.Select(f => f with { X1 = f.X1 * factor, Y1 = f.Y1 * factor, X2 = f.X2 * factor, Y2 = f.Y2 * factor });
        return new ReportPicture(ImageFile.EncodeJpeg(FaceAnnotator.Draw(resized, boxes, style), JpegQuality), caption);
    }
}
