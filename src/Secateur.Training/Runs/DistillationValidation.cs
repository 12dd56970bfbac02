using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Loss;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>The distillation loss on whole images that were held out, as if all of them were one batch.</summary>
/// <param name="data">The images.</param>
/// <param name="teacher">The original.</param>
/// <param name="config">Sizes and threads; the result does not depend on these, nor on the batch.</param>
/// <param name="backend">What runs the models.</param>
/// <param name="brokenImage">Told of every image that cannot be read, and why, on a background thread; it is left out.</param>
internal sealed class DistillationValidation(FaceDataset data, Model teacher, TrainingConfig config, TrainingBackend backend, Action<LabelledImage, string> brokenImage) : IValidation
{
    /// <inheritdoc/>
    public ValidationResult Measure(Model model, Action<RunActivity, int, int> report, SharedStop stop)
    {
        var loss = new DistillationLoss(teacher.Network.Outputs.Length, config.Threads, backend.Ranks);
        var sums = backend.Ranks.Join<OutputSums>(stop.Share(cancellation => SumsOfShare(model, loss, report, cancellation)));
        return new ValidationResult(null, null, loss.LossOf(sums), null);
    }

    private OutputSums[] SumsOfShare(Model model, DistillationLoss loss, Action<RunActivity, int, int> report, CancellationToken cancellation)
    {
        var share = data with { Images = backend.Ranks.ShareOf(data.Images) };
        OutputMaps Maps() => new(teacher.Network, config.ImageSize, config.Batch);
        var (values, goal, done) = (Maps(), Maps(), 0);
        using var student = new OutputInference(backend.CreateEngine(model), config.Threads);
        using var original = new OutputInference(backend.CreateEngine(teacher), config.Threads);
        var samples = new ValidationSamples(share, teacher.Network.Head, config.ImageSize) { Strict = config.Strict, BrokenImage = brokenImage };
        var sums = new List<OutputSums>();
        foreach (var batch in samples.Batches(config.Batch, config.Threads, cancellation))
        {
            student.Run(batch, values, cancellation);
            original.Run(batch, goal, cancellation);
            sums.AddRange(loss.SumsOf(values, goal, batch.Length));
            report(RunActivity.ValidationLoss, done += batch.Length, share.Images.Length);
        }

        return [.. sums];
    }
}
