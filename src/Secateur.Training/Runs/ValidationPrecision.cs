using System.Collections.Immutable;
using Secateur.Detection;
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
    private readonly ImmutableArray<WiderImageName> _names;
    private readonly ImmutableArray<string> _paths;
    private readonly bool _official;
    private readonly WiderGroundTruth _truth;
    private readonly int _threads;

    /// <exception cref="InvalidFileException">The ground truth files are there, but damaged.</exception>
    public ValidationPrecision(FaceDataset data, int threads)
    {
        _threads = threads;
        _paths = [.. data.Images.Select(i => i.Path)];
        if (Official(data) is { } official)
        {
            (_truth, _names, _official) = (official.Truth, official.Names, true);
            return;
        }

        _names = [.. data.Images.Select((_, i) => WiderImageName.TryCreate("images", $"{i}", out var name) ? name : throw new InvalidOperationException())];
        _truth = new WiderGroundTruth([.. data.Images.Zip(_names, Truth)]);
    }

    /// <summary>Detects in every image; the result does not depend on the number of threads. Images that cannot be decoded are left out.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two images.</exception>
    public PrecisionResult Measure(Model model, Action<int, int> report, CancellationToken cancellation)
    {
        using var detector = new FaceDetector(model, DetectorOptions.Evaluation);
        var predictions = new WiderPrediction[_names.Length][];
        var done = 0;
        ParallelImages.For(_names.Length, _threads, i =>
        {
            if (ParallelImages.TryRead(_paths[i]) is { } image) predictions[i] = [.. detector.Detect(image).Select(AsSubmitted)];
            report(Interlocked.Increment(ref done), _names.Length);
        }, cancellation);
        var byName = _names.Zip(predictions).Where(p => p.Second is not null).ToDictionary(p => p.First, IReadOnlyList<WiderPrediction> (p) => p.Second);
        var result = new WiderEvaluator(_truth) { Threads = _threads }.Evaluate(byName, cancellation);
        var (easy, medium, hard) = (result.Easy.AveragePrecision, result.Medium.AveragePrecision, result.Hard.AveragePrecision);
        var mean = new[] { easy, medium, hard }.Average() ?? 0;
        return _official ? new PrecisionResult(mean, easy, medium, hard) : new PrecisionResult(mean, null, null, null);
    }

    /// <summary>As the submission files round it, so that <c>secateur evaluate</c> measures the same.</summary>
    private static WiderPrediction AsSubmitted(FaceDetection face)
    {
        static double Tenth(float value) => Math.Round((double)value * 10) / 10;
        var (width, height) = (Tenth(face.X2 - face.X1 + 1), Tenth(face.Y2 - face.Y1 + 1));
        return new WiderPrediction(Tenth(face.X1), Tenth(face.Y1), width, height, Math.Round((double)face.Score * 1000) / 1000);
    }

    private static (WiderGroundTruth Truth, ImmutableArray<WiderImageName> Names)? Official(FaceDataset data)
    {
        WiderGroundTruth truth;
        try
        {
            truth = WiderGroundTruth.Load(data.Root);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        var names = data.Images.Select(i => WiderImageName.TryParse(i.Name, out var name) && truth.Find(name) is not null ? name : null).OfType<WiderImageName>();
        ImmutableArray<WiderImageName> distinct = [.. names.Distinct()];
        return distinct.Length == data.Images.Length ? (truth, distinct) : null;
    }

    // Hard alone: a face of labels without settings counts once.
    private static WiderGroundTruthImage Truth(LabelledImage image, WiderImageName name) =>
        new(name, [.. image.Faces.Select(f => new WiderGroundTruthFace(f.X1, f.Y1, f.Width, f.Height, WiderSettings.Hard))]);
}
