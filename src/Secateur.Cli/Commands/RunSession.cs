using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Gpu.Devices;
using Secateur.Models;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands;

/// <summary>A run as the user sees it: what is about to happen, how it goes, what came out.</summary>
internal static class RunSession
{
    /// <summary>Runs to the end, or until Ctrl-C.</summary>
    /// <param name="run">The run.</param>
    /// <param name="verb">The command.</param>
    /// <param name="device">What computes.</param>
    /// <param name="json">Whether the result is printed as JSON.</param>
    /// <param name="cancellation">Ctrl-C.</param>
    /// <param name="timingThreads">Threads of timed runs, where the run has a latency to reach.</param>
    /// <param name="search">The search that the run's rates come from, for JSON; null where there was none.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        TrainingRun run, string verb, ComputeDevice device, bool json, CancellationToken cancellation, int timingThreads = 1, object? search = null)
    {
        run.BrokenImage = TellBroken;
        Report.Remark($"Run folder: {run.Folder.Path}");
        try
        {
            var result = TrainingDisplay.Run(json || Report.IsSilent, progress => run.Run(progress, cancellation));
            if (!Report.IsSilent) Print(result, ReachedTarget.Of(result.Folder, timingThreads, cancellation), device, json, search);
            return 0;
        }
        catch (DeviceException lost)
        {
            Problem.Write($"{lost.Message}; the run is as it was last saved: go on with secateur {verb} --resume {run.Folder.Path}, elsewhere with --device");
            return ExitCode.Failed;
        }
        catch (TrainingStoppedException stopped)
        {
            if (!Report.IsSilent) Problem.Write($"{stopped.Message}; go on with: secateur {verb} --resume {run.Folder.Path}");
            return ExitCode.Cancelled;
        }
    }

    /// <summary>Tells of an image that cannot be decoded.</summary>
    public static void TellBroken(string name, string problem) => Report.Trouble($"left out: {name}: {problem}");

    /// <summary>Tells what is about to happen.</summary>
    public static void Announce(TrainingConfig config, TrainingData data, ComputeDevice device)
    {
        Describe(data.Train);
        if (data.Validation is { } validation) Describe(validation);
        else if (config.ValidateEvery > 0 && config.Distill) Report.Remark("Too few images to hold some out: the run goes on without validation, and keeps no best model");
        else if (config.ValidateEvery > 0) Report.Remark("The data set has no validation split: the run goes on without validation, and keeps no best model");
        var steps = (long)config.Epochs * config.StepsPerEpoch;
        var milestones = config.Milestones.IsEmpty ? "" : $", a tenth after steps {string.Join(", ", config.Milestones.Select(Figures.Count))}";
        var optimizer = config.Optimizer == OptimizerKind.Adam ? "Adam" : "SGD";
        Report.Remark(FormattableString.Invariant($"{config.Model}: {optimizer}, learning rate {config.LearningRate}{milestones}, weight decay {config.WeightDecay}, ")
            + $"batch {config.Batch} at {config.ImageSize} x {config.ImageSize}, seed {config.Seed}");
        var epochs = $"{Figures.Count(config.Epochs)} epochs of {Figures.Count(config.StepsPerEpoch)} steps, {Figures.Count(steps)} steps in all";
        Report.Remark(config.Pruning switch
        {
            null => $"Training: {epochs}",
            { Mask: not null } masked => $"Fine-tuning with {masked.Describe()}: {masked.FinetuneEpochs} epochs of {Figures.Count(config.StepsPerEpoch)} steps with its filters frozen at zero",
            var pruning => $"{(config.Distill ? "Distillation: soft" : "Soft")} pruning with {pruning.Describe()}: {epochs}; then {pruning.FinetuneEpochs} epochs with the zeroed filters frozen",
        });
        device.Announce();
        if (device.Backend.Ranks is { Size: > 1 } ranks)
            Report.Remark($"{ranks.Size} processes: {config.Batch / ranks.Size} images of each batch and {config.ChunkCount / ranks.Size} of {config.ChunkCount} chunks each");
    }

    /// <summary>Tells of the other devices and vector widths that have worked on a run.</summary>
    public static void AnnounceMove(TrainingRun run, ComputeDevice device)
    {
        var others = run.Devices.Where(d => d != device.Backend.Device).ToArray();
        if (others.Length > 0) Report.Remark($"The run moves to {device.Backend.Device}; before, it was on {string.Join(", ", others)}");
        if (run.Simd is { IsDefault: false, Length: > 1 } simd) Report.Remark($"Its steps are computed with {simd[^1]} vectors; before, with {string.Join(", ", simd[..^1])}: the last bits differ");
    }

    private static void Describe(FaceDataset split)
    {
        var faces = split.IsUnlabelled ? "" : $", {Figures.Count(split.FaceCount)} faces";
        Report.Remark($"{split.Layout}, {split.Split.ToString().ToLowerInvariant()}: {Figures.Count(split.Images.Length)} images{faces}");
        foreach (var finding in split.Lint.Findings)
            Report.Remark($"  {finding}");
    }

    private static void Print(TrainingResult result, ReachedTarget? target, ComputeDevice device, bool json, object? search)
    {
        var folder = result.Folder;
        var (last, pruned) = (result.Metrics[^1], result.Pruning);
        var best = File.Exists(folder.Best) ? folder.Best : null;
        if (json)
        {
            Report.Json(new
            {
                run = folder.Path,
                last = folder.Last,
                best,
                masked = pruned is null ? null : folder.Masked,
                compacted = pruned is null ? null : folder.Compacted,
                device = device.Backend.Device,
                epochs = result.Metrics.Length,
                metrics = last,
                pruning = pruned is null ? null : new
                {
                    folder.ReadConfig().Pruning!.Criterion,
                    folder.ReadConfig().Pruning!.Rate,
                    pruned.Masked.Parameters,
                    pruned.Masked.NonZeroParameters,
                    pruned.Masked.Sparsity,
                    pruned.Masked.Filters,
                    pruned.Masked.ZeroFilters,
                    compactedParameters = pruned.Size.After.Parameters,
                    macs = pruned.Size.Before.Macs,
                    compactedMacs = pruned.Size.After.Macs,
                    pruned.MaxRelativeDifference,
                    target = target?.ToJson(),
                },
                search,
            });
            return;
        }

        Report.Line($"{folder.Last}: after {Figures.Count(last.Epoch)} epochs, {Figures.Losses(last)}" + (last.Ap is { } ap ? $", mean AP {Figures.Precision(ap)}" : ""));
        if (best is not null)
            Report.Line($"{best}: the best of the validated epochs, {(last.DistillationLoss is null ? $"mean AP {Figures.Precision(result.Best)}" : $"distillation loss {Figures.Share(result.Best!.Value)}")}");
        if (pruned is not null)
        {
            Report.Line($"{folder.Masked}: {pruned.Masked.ZeroFilters} of {pruned.Masked.Filters} filters zero, {Figures.Count(pruned.Masked.NonZeroParameters)} of "
                + $"{Figures.Count(pruned.Masked.Parameters)} parameters left ({Figures.Percent(pruned.Masked.Sparsity)} sparse)");
            Report.Line($"{folder.Compacted}: {Figures.Count(pruned.Size.After.Parameters)} parameters, "
                + $"{Figures.Giga(pruned.Size.After.Macs)} of {Figures.Giga(pruned.Size.Before.Macs)} G multiply-adds, "
                + $"same output (largest relative difference {Figures.Exponent(pruned.MaxRelativeDifference)})");
            if (target is not null) Report.Line($"{folder.Compacted}: {target.Describe()}");
        }

        Report.Line($"{folder.Curves}, {folder.Csv}: how it went");
    }
}
