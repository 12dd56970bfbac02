using System.Collections.Immutable;
using Secateur.Demo.Reports;
using Secateur.Detection;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Results;
using Secateur.Experiments.Evaluation;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Training.Evaluation;
using Secateur.WiderFace.Evaluation;

namespace Secateur.Experiments.Reports;

/// <summary>A photo with its faces; none where nobody labelled it.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Faces">Its faces; null where it has no labels.</param>
internal sealed record Photo(string Path, ImmutableArray<FaceDetection>? Faces)
{
    private const int LeastFaces = 6;
    private const int MostFaces = 30;

    /// <summary>The photos of a report: the one that the plan names, or images of the validation set with a moderate number of faces that count in the medium setting.</summary>
    public static ImmutableArray<Photo> Of(Experiment experiment, int count)
    {
        if (experiment.Plan.Photo is { } path) return [new Photo(path, null)];
        var truth = WiderGroundTruth.Load(experiment.Data);
        var candidates = WiderTest.Of(experiment.Data, experiment.Plan.Protocol, truth).Images.Images
            .Select(image => (image.Path, Truth: truth.Find(image.Name)!))
            .OrderBy(image => Distance(image.Truth.Faces.Length))
            .ThenByDescending(image => image.Truth.Faces.Count(face => face.CountsIn.HasFlag(WiderSettings.Medium)) / (double)Math.Max(1, image.Truth.Faces.Length))
            .ThenBy(image => image.Path, StringComparer.Ordinal);
        return [.. candidates.Take(count).Select(image => new Photo(image.Path, [.. image.Truth.Faces.Where(face => face.CountsIn != WiderSettings.None).Select(Box)]))];

        static int Distance(int faces) => Math.Max(0, Math.Max(LeastFaces - faces, faces - MostFaces));
        static FaceDetection Box(WiderGroundTruthFace face) => new((float)face.X, (float)face.Y, (float)(face.X + face.Width), (float)(face.Y + face.Height), 1);
    }
}

/// <summary>Figures 1, 4 and 5 of arXiv 2311.16613: the same photo by the original and by pruned models, found and missed faces marked.</summary>
internal static class PhotoFigure
{
    private const int JpegQuality = 85;
    private const int LongestSide = 800;
    private static readonly AnnotationStyle Found = AnnotationStyle.Default with { ShowScores = false };
    private static readonly AnnotationStyle Missed = Found with { Color = new RgbColor(230, 60, 50) };
    private static readonly AnnotationStyle Wrong = Found with { Color = new RgbColor(255, 200, 40) };

    /// <summary>The models that a network's figure shows: the original, the least and the most pruned, by the first criterion and seed.</summary>
    public static ImmutableArray<ModelRow> Shown(string network, IEnumerable<ModelRow> rows)
    {
        var made = rows.Where(r => r.Name.Network == network && r.Made is not null).ToArray();
        var pruned = made.Where(r => !r.Name.IsOriginal).ToArray();
        var like = pruned.FirstOrDefault();
        var chosen = pruned.Where(r => (r.Name.Criterion, r.Name.Seed) == (like?.Name.Criterion, like?.Name.Seed)).OrderBy(r => r.Name.Rate).ToArray();
        return [.. made.Where(r => r.Name.IsOriginal).Take(1), .. chosen.Length > 1 ? [chosen[0], chosen[^1]] : chosen];
    }

    /// <summary>A photo as each of some models sees it.</summary>
    public static IEnumerable<ReportPicture> Create(Experiment experiment, Photo photo, IEnumerable<ModelRow> models)
    {
        var pixels = ImageFile.Read(photo.Path, new ImageReadOptions { ApplyOrientation = photo.Faces is null });
        foreach (var row in models)
        {
            using var detector = new FaceDetector(ModelFile.Read(row.MaskedPath(experiment)!));
            var found = experiment.Plan.Protocol == ExperimentPlan.MultiScale ? detector.DetectMultiScale(pixels) : detector.Detect(pixels);
            yield return photo.Faces is { } faces ? Matched(pixels, row.Name, found, faces) : Picture(FaceAnnotator.Draw(pixels, found), $"{row.Name.Network}, {row.Name.Title}: {found.Count} found");
        }
    }

    private static ReportPicture Matched(RgbImage pixels, ModelName name, IReadOnlyList<FaceDetection> found, ImmutableArray<FaceDetection> faces)
    {
        var match = FaceMatching.Of(found, faces);
        var drawn = FaceAnnotator.Draw(FaceAnnotator.Draw(FaceAnnotator.Draw(pixels, match.Wrong, Wrong), match.Missed, Missed), match.Found, Found);
        return Picture(drawn, $"{name.Network}, {name.Title}: {match.Found.Length} of {faces.Length} found, {match.Wrong.Length} elsewhere");
    }

    private static ReportPicture Picture(RgbImage image, string caption)
    {
        var scale = (double)LongestSide / Math.Max(image.Width, image.Height);
        return new ReportPicture(ImageFile.EncodeJpeg(scale < 1 ? BilinearResizer.Resize(image, scale) : image, JpegQuality), caption);
    }
}
