using System.Collections.Immutable;
using Secateur.Detection;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.Training.Runs;

/// <summary>Average precision at IoU 0.5; the settings are null where the data set has none.</summary>
internal readonly record struct PrecisionResult(double Mean, double? Easy, double? Medium, double? Hard);

/// <summary>
/// Single-scale average precision on a validation split, each image at its own size: with WIDER FACE's evaluation where its ground truth is there,
/// else over all faces of the labels (<see cref="BoxPrecision"/>).
/// </summary>
internal sealed class ValidationPrecision
{
    private readonly FaceDataset _data;
    private readonly (WiderGroundTruth Truth, ImmutableArray<WiderImageName> Names)? _official;
    private readonly int _threads;

    /// <exception cref="InvalidFileException">The ground truth files are there, but damaged.</exception>
    public ValidationPrecision(FaceDataset data, int threads) => (_data, _official, _threads) = (data, Official(data), threads);

    /// <summary>Detects in every image; the result does not depend on the number of threads or processes. Images that cannot be decoded are left out.</summary>
    /// <exception cref="OperationCanceledException">Stopped between two images.</exception>
    public PrecisionResult Measure(Model model, TrainingBackend backend, Action<int, int> report, SharedStop stop)
    {
        using var detector = backend.CreateDetector(model, DetectorOptions.Evaluation);
        var share = backend.Ranks.ShareOf(_data.Images);
        var found = Join(backend.Ranks, stop.Share(cancellation => DatasetDetections.Run(share, detector.Detect, _threads, report, cancellation)).Found);
        var read = Enumerable.Range(0, found.Length).Where(i => found[i] is not null).ToArray();
        if (_official is not { } official)
            return new PrecisionResult(BoxPrecision.Of([.. read.Select(i => _data.Images[i])], [.. read.Select(i => found[i]!)]).Ap50 ?? 0, null, null, null);
        var predictions = read.ToDictionary(i => official.Names[i], IReadOnlyList<WiderPrediction> (i) => [.. found[i]!.Select(AsSubmitted)]);
        var result = new WiderEvaluator(official.Truth) { Threads = _threads }.Evaluate(predictions, stop.Waiting);
        var (easy, medium, hard) = (result.Easy.AveragePrecision, result.Medium.AveragePrecision, result.Hard.AveragePrecision);
        return new PrecisionResult(new[] { easy, medium, hard }.Average() ?? 0, easy, medium, hard);
    }

    /// <summary>The faces of all images; null where one could not be read.</summary>
    private static IReadOnlyList<FaceDetection>?[] Join(Collective ranks, ImmutableArray<IReadOnlyList<FaceDetection>?> share)
    {
        var counts = ranks.Join<int>([.. share.Select(found => found?.Count ?? -1)]);
        var (faces, at) = (ranks.Join<FaceDetection>([.. share.SelectMany(found => found ?? [])]), 0);
        return [.. counts.Select(count => count < 0 ? null : faces[at..(at += count)])];
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
}
