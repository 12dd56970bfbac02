using Secateur.Models;
using Secateur.Training.Runs;

namespace Secateur.Search.Trials;

/// <summary>
/// One trial: the filters that the rates choose are zeroed and frozen, the rest is trained for a few epochs, and the loss on the images held out is measured. A
/// trial that was stopped or killed goes on where it was. (B-FPGM's trials train the zeroed filters, too, so that they measure a model that is not pruned any more.)
/// </summary>
public static class TrialRun
{
    /// <summary>Runs a trial, unless its result is there already.</summary>
    /// <param name="folder">The search's folder, in which the trial is recorded.</param>
    /// <param name="settings">The search's settings.</param>
    /// <param name="trial">The trial.</param>
    /// <param name="data">What it learns from and is measured on.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="brokenImage">Told of every image that cannot be read, and why, on a background thread.</param>
    /// <param name="cancellation">Stops, with the state saved.</param>
    /// <exception cref="ArgumentException">The vector width is not that of the search, or of the trial.</exception>
    /// <exception cref="InvalidFileException">A file of the trial is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrialResult Run(
        SearchFolder folder,
        SearchSettings settings,
        Trial trial,
        TrialData data,
        TrainingBackend backend,
        int threads,
        IProgress<TrainingProgress>? progress = null,
        Action<string, string>? brokenImage = null,
        CancellationToken cancellation = default)
    {
        if (folder.ReadResult(trial.Number) is { } known)
        {
            folder.Clean(trial.Number);
            return known;
        }

        // Where the search has recorded what it goes on with, its unfinished trials may, too.
        var isRecorded = !settings.Run.Simd.IsDefault;
        var config = settings.ConfigOf(trial, data).On(backend, allowOtherSimd: false) with { Threads = threads };
        var path = folder.RunOf(trial.Number);
        TrialResult result;
        using (var run = Directory.Exists(path)
            ? TrainingRun.Resume(RunFolder.Open(path), config, data.Training, backend, allowOtherSimd: isRecorded)
            : TrainingRun.Start(path, config, folder.ReadInitial(), data.Training, backend))
        {
            run.BrokenImage = brokenImage;
            result = Measure(run, config, trial, data, backend, progress, cancellation);
        }

        folder.Write(result);
        folder.Clean(trial.Number);
        return result;
    }

    private static TrialResult Measure(
        TrainingRun run, TrainingConfig config, Trial trial, TrialData data, TrainingBackend backend, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            run.Run(progress, cancellation);
        }
        catch (TrainingDivergedException)
        {
            return new TrialResult(trial.Number, null, null, backend.Device);
        }

        var model = ModelFile.Read(run.Folder.Masked);
        var loss = new ValidationLoss(data.HeldOut, model.Network.Head, backend)
        {
            ImageSize = config.ImageSize,
            Batch = config.Batch,
            Threads = config.Threads,
            Strict = config.Strict,
            BrokenImage = (image, problem) => run.BrokenImage?.Invoke(image.Name, problem),
        };
        var (l, c) = loss.Measure(model, (_, _) => { }, cancellation);
        return double.IsFinite(l + c) ? new TrialResult(trial.Number, l, c, backend.Device) : new TrialResult(trial.Number, null, null, backend.Device);
    }
}
