using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Loss;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>What a validation measured.</summary>
internal readonly record struct ValidationResult(double LossL, double LossC, PrecisionResult Precision);

/// <summary>Loss and average precision on the validation split, in inference mode.</summary>
internal sealed class Validation
{
    private readonly ImmutableArray<LabelledImage> _share;
    private readonly TrainingConfig _config;
    private readonly TrainingBackend _backend;
    private readonly ValidationPrecision _precision;
    private readonly ValidationSamples _samples;

    /// <exception cref="InvalidFileException">The data set has ground truth files, but they are damaged.</exception>
    public Validation(FaceDataset data, DetectorHead head, TrainingConfig config, TrainingBackend backend, Action<LabelledImage, string> brokenImage)
    {
        (_share, _config, _backend) = (backend.Ranks.ShareOf(data.Images), config, backend);
        _samples = new ValidationSamples(data with { Images = _share }, head, config.ImageSize) { Strict = config.Strict, BrokenImage = brokenImage };
        _precision = new ValidationPrecision(data, config.Threads);
    }

    /// <exception cref="OperationCanceledException">Stopped between two images.</exception>
    public ValidationResult Measure(Model model, Action<RunActivity, int, int> report, SharedStop stop)
    {
        var (lossL, lossC) = MeasureLoss(model, report, stop);
        return new ValidationResult(lossL, lossC, _precision.Measure(model, _backend, (done, total) => report(RunActivity.Detecting, done, total), stop));
    }

    /// <summary>As if all images were one batch: sums over the positives of all, added up batch by batch whoever computed them.</summary>
    private (double L, double C) MeasureLoss(Model model, Action<RunActivity, int, int> report, SharedStop stop)
    {
        var (sumL, sumC, positives) = (0.0, 0.0, 0);
        foreach (var batch in _backend.Ranks.Join<ImageSums>(stop.Share(cancellation => SumsOfShare(model, report, cancellation))).Chunk(_config.Batch))
        {
            var result = MultiBoxLoss.Sum(batch);

            // Without positives, the batch's divisor is its number of images, and nothing but zeros is divided.
            sumL += result.Location * result.Positives;
            sumC += result.Confidence * result.Positives;
            positives += result.Positives;
        }

        return (sumL / Math.Max(1, positives), sumC / Math.Max(1, positives));
    }

    private ImageSums[] SumsOfShare(Model model, Action<RunActivity, int, int> report, CancellationToken cancellation)
    {
        var anchors = new AnchorGrid(model.Network, _config.ImageSize, _config.ImageSize);
        using var outputs = new InferenceOutputs(_backend.CreateEngine(model), anchors.Count, _config.Threads);
        var loss = new MultiBoxLoss(anchors, _config.Threads);
        var sums = new List<ImageSums>(_share.Length);
        foreach (var batch in _samples.Batches(_config.Batch, _config.Threads, cancellation))
        {
            var (locations, scores) = outputs.Run(batch, cancellation);
            sums.AddRange(loss.SumsOf(locations, scores, [.. batch.Select(s => s.Faces)]));
            report(RunActivity.ValidationLoss, sums.Count, _share.Length);
        }

        return [.. sums];
    }
}
