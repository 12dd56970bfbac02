using System.Collections.Immutable;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.Training.Runs;

/// <summary>Average precision at IoU 0.5; the settings are null where the data set has none.</summary>
internal readonly record struct PrecisionResult(double Mean, double? Easy, double? Medium, double? Hard);

/// <summary>
/// Single-scale average precision on a validation split, each image at its own size: with WIDER FACE's evaluation where its ground truth is there,
/// else over all faces of the labels.
/// </summary>
internal sealed class ValidationPrecision
{
    private static readonly ImageReadOptions StoredPixels = new() { ApplyOrientation = false };

    private readonly ImmutableArray<(WiderImageName Name, string Path)> _images;
    private readonly WiderGroundTruth _truth;
    private readonly int _threads;

    /// <exception cref="InvalidFileException">The ground truth files are there, but damaged.</exception>
    public ValidationPrecision(FaceDataset data, int threads)
    {
        _threads = threads;
        _images = [.. data.Images.Select((image, i) => (NameOf(image, i), image.Path))];
        _truth = OfficialTruth(data.Root, _images) ?? new WiderGroundTruth([.. data.Images.Zip(_images, (image, named) => Truth(named.Name, image))]);
    }

    /// <summary>Detects in every image; the result does not depend on the number of threads.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two images.</exception>
    /// <exception cref="IOException">An image cannot be read.</exception>
    public PrecisionResult Measure(Model model, Action<int, int> report, CancellationToken cancellation)
    {
        using var detector = new FaceDetector(model, DetectorOptions.Evaluation);
        var predictions = new IReadOnlyList<WiderPrediction>[_images.Length];
        var done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellation };
        Parallel.For(0, _images.Length, options, i =>
        {
            predictions[i] = [.. detector.Detect(ImageFile.Read(_images[i].Path, StoredPixels)).Select(AsSubmitted)];
            report(Interlocked.Increment(ref done), _images.Length);
        });
        var byName = _images.Zip(predictions).ToDictionary(p => p.First.Name, p => p.Second);
        var result = new WiderEvaluator(_truth) { Threads = _threads }.Evaluate(byName, cancellation);
        double?[] settings = [result.Easy.AveragePrecision, result.Medium.AveragePrecision, result.Hard.AveragePrecision];
        var official = settings[0] is not null || settings[1] is not null;
        return new PrecisionResult(settings.Average() ?? 0, settings[0], settings[1], official ? settings[2] : null);
    }

    /// <summary>As the submission files round it, so that <c>secateur evaluate</c> measures the same.</summary>
    private static WiderPrediction AsSubmitted(FaceDetection face)
    {
        static double Tenth(float value) => Math.Round((double)value * 10) / 10;
        return new WiderPrediction(Tenth(face.X1), Tenth(face.Y1), Tenth(face.X2 - face.X1 + 1), Tenth(face.Y2 - face.Y1 + 1), Math.Round((double)face.Score * 1000) / 1000);
    }

    private static WiderGroundTruth? OfficialTruth(string root, ImmutableArray<(WiderImageName Name, string Path)> images)
    {
        try
        {
            var truth = WiderGroundTruth.Load(root);
            return images.All(i => truth.Find(i.Name) is not null) ? truth : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // Names of other layouts need not have the form EVENT/NAME.jpg.
    private static WiderImageName NameOf(LabelledImage image, int index) =>
        WiderImageName.TryParse(image.Name, out var name) || WiderImageName.TryCreate("images", $"{index}", out name)
            ? name
            : throw new InvalidOperationException($"{index} is no file name");

    // Hard alone: a face of labels without settings counts once.
    private static WiderGroundTruthImage Truth(WiderImageName name, LabelledImage image) =>
        new(name, [.. image.Faces.Select(f => new WiderGroundTruthFace(f.X1, f.Y1, f.Width, f.Height, WiderSettings.Hard))]);
}
