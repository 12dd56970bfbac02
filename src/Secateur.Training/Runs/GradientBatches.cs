using Secateur.Kernels;
using Secateur.Pruning.Criteria;
using Secateur.Training.Data.Loading;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>Measures the gradients that some criteria score filters by.</summary>
public static class GradientBatches
{
    /// <summary>
    /// The gradients of the training loss on the first batches of an epoch, see <see cref="FilterGroup.Gradients"/>; with distillation those of random signs at the
    /// outputs, as the original's own loss is 0: how much the outputs depend on a filter.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="config">Sizes, seed and pruning schedule.</param>
    /// <param name="data">The images.</param>
    /// <param name="backend">What computes; the processor where it is null.</param>
    /// <param name="brokenImage">Told once of every image that cannot be decoded, and why, on a background thread; another takes its place.</param>
    /// <param name="progress">Told the batches done and in all.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="Graph.NetworkException">The images are too small for the network, or the machine has too little memory.</exception>
    /// <exception cref="InvalidFileException">An image cannot be read and the configuration is strict.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no finite number.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Measure(
        Model model,
        TrainingConfig config,
        TrainingData data,
        TrainingBackend? backend = null,
        Action<string, string>? brokenImage = null,
        IProgress<(int Done, int Total)>? progress = null,
        CancellationToken cancellation = default)
    {
        backend ??= TrainingBackend.Processor;
        using var trainer = backend.CreateTrainer(config, model);
        var options = new SampleLoaderOptions
        {
            Head = model.Network.Head,
            Seed = config.Seed,
            ImageSize = config.ImageSize,
            Batch = config.Batch,
            Threads = config.Threads,
            Strict = config.Strict,
            BrokenImage = (image, problem) => brokenImage?.Invoke(image.Name, problem),
        };
        return Measure(trainer, config, data, options, (done, total) => progress?.Report((done, total)), new SharedStop(backend.Ranks, cancellation));
    }

    /// <summary>The same with a trainer, whose state does not change, and with the epoch that the options name.</summary>
    internal static IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Measure(
        ITrainer trainer, TrainingConfig config, TrainingData data, SampleLoaderOptions options, Action<int, int> report, SharedStop stop)
    {
        using var loader = trainer.Load(data.Train, options with { Step = 0 });
        var count = Math.Min(config.Pruning?.Batches ?? PruningSchedule.UsualBatches, config.StepsPerEpoch);
        var gradients = new List<IReadOnlyDictionary<string, Tensor>>(count);
        while (gradients.Count < count)
        {
            stop.Check();
            gradients.Add(trainer.Gradients(loader.Next(stop.Waiting)));
            report(gradients.Count, count);
        }

        return gradients;
    }
}
