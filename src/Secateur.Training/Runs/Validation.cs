using Secateur.Graph;
using Secateur.Training.Data.Datasets;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>Measures models on the images that are not trained on, in inference mode.</summary>
internal interface IValidation
{
    /// <exception cref="OperationCanceledException">Stopped between two images.</exception>
    ValidationResult Measure(Model model, Action<RunActivity, int, int> report, SharedStop stop);
}

/// <summary>What a validation measured: the losses and the precision on labels, or the distance from the original.</summary>
internal readonly record struct ValidationResult(double? LossL, double? LossC, double? Distillation, PrecisionResult? Precision)
{
    /// <summary>By which the best model is chosen; larger is better.</summary>
    public double Score => Precision?.Mean ?? -Distillation!.Value;
}

/// <summary>Loss and average precision on the validation split.</summary>
internal sealed class Validation : IValidation
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

    /// <inheritdoc/>
    public ValidationResult Measure(Model model, Action<RunActivity, int, int> report, SharedStop stop)
    {
        var (lossL, lossC) = _loss.Measure(model, (done, total) => report(RunActivity.ValidationLoss, done, total), stop);
        return new ValidationResult(lossL, lossC, null, _precision.Measure(model, _backend, (done, total) => report(RunActivity.Detecting, done, total), stop));
    }
}
