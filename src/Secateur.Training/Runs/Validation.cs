using Secateur.Graph;
using Secateur.Training.Data.Datasets;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>What a validation measured.</summary>
internal readonly record struct ValidationResult(double LossL, double LossC, PrecisionResult Precision);

/// <summary>Loss and average precision on the validation split, in inference mode.</summary>
internal sealed class Validation
{
    private readonly TrainingBackend _backend;
    private readonly ValidationPrecision _precision;
    private readonly ValidationLoss _loss;

    /// <exception cref="InvalidFileException">The data set has ground truth files, but they are damaged.</exception>
    public Validation(FaceDataset data, DetectorHead head, TrainingConfig config, TrainingBackend backend, Action<LabelledImage, string> brokenImage)
    {
        _backend = backend;
        _loss = new ValidationLoss(data, head, backend)
        {
            ImageSize = config.ImageSize,
            Batch = config.Batch,
            Threads = config.Threads,
            Strict = config.Strict,
            BrokenImage = brokenImage,
        };
        _precision = new ValidationPrecision(data, config.Threads);
    }

    /// <exception cref="OperationCanceledException">Stopped between two images.</exception>
    public ValidationResult Measure(Model model, Action<RunActivity, int, int> report, SharedStop stop)
    {
        var (lossL, lossC) = _loss.Measure(model, (done, total) => report(RunActivity.ValidationLoss, done, total), stop);
        return new ValidationResult(lossL, lossC, _precision.Measure(model, _backend, (done, total) => report(RunActivity.Detecting, done, total), stop));
    }
}
