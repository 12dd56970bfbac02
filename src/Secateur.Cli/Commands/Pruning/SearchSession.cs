using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments.Slurm;
using Secateur.Search;
using Secateur.Search.Trials;
using Secateur.Training;
using Secateur.Training.Runs;
using Spectre.Console;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>The search for rates as the user sees it, and the run that follows.</summary>
internal static class SearchSession
{
    /// <summary>Begins a search.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">Something given does not fit the model.</exception>
    public static int Start(PruneOptions options, ParseResult parsed, ComputeDevice device, CancellationToken cancellation)
    {
        var path = parsed.GetValue(options.Source)!;
        var stem = Path.GetFileNameWithoutExtension(options.DefaultNameOf(parsed)) + "-search";
        var (place, numbered) = options.Training.NewFolder(parsed, options.RunsOf(parsed), stem, device.Backend.Ranks);
        var model = parsed.ReadFloats(options.Source, options.Architecture);
        var schedule = options.ScheduleOf(parsed);
        var data = options.Training.Open(parsed);
        var keeps = options.Training.KeepsZeros(parsed, path, model);
        var config = options.Training.Apply(parsed, batch => TrainingConfig.For(path, model.Network, data, batch, options.SoftEpochsOf(parsed), schedule)) with { KeepZeroFilters = keeps };
        TrainingOptions.Check(config, model.Network, device.Backend.Ranks);
        var settings = options.Search.SettingsOf(parsed, config, model.Network);
        SearchFolder folder;
        try
        {
            TrialData.Of(data.Train, settings.TrialImages, config.Seed);
            BayesianRateSearch.Check(settings, model, cancellation);
            folder = SearchFolder.Create(place, settings, model, numbered);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }

        return Run(folder, settings, options, parsed, data, device, cancellation);
    }

    /// <summary>Goes on with a search, or with the run that follows it.</summary>
    /// <returns>The exit code.</returns>
    public static int Resume(PruneOptions options, ParseResult parsed, ComputeDevice device, CancellationToken cancellation)
    {
        var (folder, settings) = Open(options.Training.ResumedFolder(parsed, options.RunsOf(parsed)), options, parsed);
        return Run(folder, settings, options, parsed, OpenData(settings), device, cancellation);
    }

    /// <summary>The data that a search began with.</summary>
    /// <exception cref="ArgumentException">They are others now.</exception>
    private static TrainingData OpenData(SearchSettings settings)
    {
        var data = TrainingData.Open(settings.Run.Data, settings.Run.ValidateEvery > 0, settings.Run.Strict);
        TrainingRun.RequireData(settings.Run, data);
        return data;
    }

    /// <summary>Runs one trial of a search, and leaves its result in the search's folder.</summary>
    /// <returns>The exit code.</returns>
    public static int RunTrial(PruneOptions options, ParseResult parsed, CancellationToken cancellation)
    {
        var (path, number) = options.Search.TrialOf(parsed);
        var (folder, settings) = Open(path, options, parsed);
        var trial = folder.ReadTrial(number, settings.Groups.Length) ?? throw new UsageException($"{path}: has no trial {number} yet");
        var data = TrialData.Of(OpenData(settings).Train, settings.TrialImages, settings.Run.Seed);
        using var device = options.Training.OpenDevice(parsed, Collective.Alone);
        var json = parsed.GetValue(options.Training.Json);
        ClusterTrials.FolderOf(folder, number).Do(_ => TrainingDisplay.Run(json, progress =>
            TrialRun.Run(folder, settings, trial, data, device.Backend, settings.Run.Threads, progress, RunSession.TellBroken, cancellation)));
        var result = folder.ReadResult(number)!;
        if (json) Report.Json(result);
        else Report.Line($"{path}: trial {number}: {Loss(result.Loss)}");
        return 0;
    }

    private static (SearchFolder Folder, SearchSettings Settings) Open(string path, PruneOptions options, ParseResult parsed)
    {
        var folder = SearchFolder.Open(path);
        var settings = folder.ReadSettings();
        return (folder, settings with { Run = options.Training.Changed(parsed, settings.Run) });
    }

    private static int Run(
        SearchFolder folder, SearchSettings settings, PruneOptions options, ParseResult parsed, TrainingData data, ComputeDevice device, CancellationToken cancellation)
    {
        Report.Remark($"Search folder: {folder.Path}");
        using var held = folder.Lock();
        var cluster = options.Search.ClusterOf(parsed, settings.Run.Threads);
        if (cluster is null && SlurmJobs.Read(folder.Path)?.States().Values.Any(SlurmJobs.IsOpen) == true)
            throw new UsageException($"{folder.Path}: trials are in Slurm's queue; go on there (--executor slurm), or cancel them first (scancel)");

        // Machines of a cluster may differ: there, each trial records what it is computed with.
        var allowed = options.Training.AllowsOtherSimd(parsed);
        if (cluster is null || allowed) settings = folder.On(settings, device.Backend, allowed);
        TrialOutcome best;
        try
        {
            best = Search(folder, settings, data, device, cluster, options.Training.DeviceOf(parsed), cancellation);
        }
        catch (OperationCanceledException)
        {
            Problem.Write($"stopped; go on with: secateur {PruneCommand.Verb} --resume {folder.Path}{(cluster is null ? "" : " --executor slurm")}");
            return ExitCode.Cancelled;
        }

        var rates = settings.Groups.Zip(best.Trial.Rates, (group, rate) => FormattableString.Invariant($"{group.Name} {rate:0.###}"));
        Report.Remark($"Trial {best.Trial.Number} of {settings.Trials} is the best: {string.Join(", ", rates)} ({folder.Csv}, {folder.Chart})");
        var config = settings.RunWith(best.Trial);
        RunSession.Announce(config, data, device);
        using var run = Directory.Exists(folder.Run)
            ? TrainingRun.Resume(RunFolder.Open(folder.Run), config, data, device.Backend, allowed || cluster is null)
            : TrainingRun.Start(folder.Run, config, folder.ReadInitial(), data, device.Backend);
        return PruneCommand.Finish(run, options, parsed, device, cancellation, new
        {
            folder = folder.Path,
            settings.Trials,
            best = best.Trial.Number,
            rates = settings.Groups.Zip(best.Trial.Rates).ToDictionary(pair => pair.First.Name, pair => pair.Second),
            best.Objective,
            best.Trial.Size,
        });
    }

    private static TrialOutcome Search(SearchFolder folder, SearchSettings settings, TrainingData data, ComputeDevice device, SlurmOptions? cluster, string? deviceName, CancellationToken cancellation)
    {
        var trialData = TrialData.Of(data.Train, settings.TrialImages, settings.Run.Seed);
        var steps = trialData.Training.StepsPerEpoch(settings.Run.Batch) * settings.TrialEpochs;
        Report.Remark($"{Figures.Count(settings.Trials)} trials of {Figures.Count(steps)} steps each on {Figures.Count(trialData.Training.Train.Images.Length)} images, "
            + $"measured on {Figures.Count(trialData.HeldOut.Images.Length)} others; target {settings.Target}");
        return ProgressBar.Run("searching", progress =>
        {
            var done = 0;
            var search = new BayesianRateSearch(folder, settings, folder.ReadInitial(), cancellation) { Done = outcome => Tell(settings, outcome) };
            var runner = new InProcessTrials(folder, settings, trialData, device.Backend, settings.Run.Threads)
            {
                // Every step is told once, whatever trial it is of; those of earlier processes are not.
                Progress = (_, step) =>
                {
                    if (step.Activity == RunActivity.Training && step.Finished is null) progress.Report((Interlocked.Increment(ref done), settings.Trials * steps));
                },
                BrokenImage = RunSession.TellBroken,
            };
            return search.Run(cluster is null ? runner : new ClusterTrials(folder, cluster, ["--threads", $"{settings.Run.Threads}", "--data", settings.Run.Data, .. deviceName is null ? Array.Empty<string>() : ["--device", deviceName]]), cancellation);
        });
    }

    private static void Tell(SearchSettings settings, TrialOutcome outcome)
    {
        var line = $"trial {outcome.Trial.Number}/{settings.Trials} ({outcome.Trial.Origin}): {Loss(outcome.Result.Loss)} with {settings.Target.Describe(outcome.Trial.Size)}";

        // The terminal's bar makes room for it.
        if (Console.IsErrorRedirected) Report.Remark(line);
        else Report.Remarks.WriteLine(line);
    }

    private static string Loss(double? loss) => loss is { } known ? $"loss {Figures.Loss(known)}" : "diverged";
}
