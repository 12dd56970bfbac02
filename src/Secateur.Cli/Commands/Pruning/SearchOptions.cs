using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Experiments.Slurm;
using Secateur.Graph;
using Secateur.Pruning.Targets;
using Secateur.Search.Trials;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>What the search for rates asks.</summary>
internal sealed class SearchOptions
{
    private readonly Option<string?> _search = CommonOptions.Choice(
        "--search", "Search for a rate for each layer group before pruning: by trials, short trainings, which Bayesian optimisation chooses (B-FPGM). Needs --data and --target.", ["bayesian"]);
    private readonly Option<int> _trials = CommonOptions.Count("--trials", "Trials of the search.", SearchSettings.UsualTrials, SearchSettings.MostTrials);
    private readonly Option<int> _trialEpochs = CommonOptions.Count("--trial-epochs", "Epochs of a trial.", 1, 10_000);
    private readonly Option<int> _trialImages = CommonOptions.Number<int>(
        "--trial-images", "Training images that trials see, a fifth of them to measure on; all when not given.", "N", "2 or more", n => n >= 2);
    private readonly Option<int> _parallel = CommonOptions.Count("--parallel", "Trials that are chosen, and on the processor run, at a time; part of what the result depends on.", 1, 1024);
    private readonly Option<string[]> _group = LayerGroupOption.Create();

    // For whoever sends trials to other processes.
    private readonly Option<string[]> _trial = new("--search-trial") { Hidden = true, Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };

    private readonly ClusterOptions _cluster = new("trials");

    /// <summary>Those that may be given anew with <c>--resume</c>.</summary>
    public Option[] OfCluster => _cluster.All;

    /// <summary>Adds them to the command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="resumes">Whether something is to go on.</param>
    public void AddTo(Command command, Func<CommandResult, bool> resumes)
    {
        _cluster.AddTo(command, (executor, result) => result.IsGiven(_search) || resumes(result) || !result.IsGiven(executor) ? null : $"{executor.Name} is where trials run; it needs --search");
        Option[] all = [_search, _trials, _trialEpochs, _trialImages, _parallel, _group, _trial];
        foreach (var option in all) command.Options.Add(option);
    }

    /// <summary>What is asked of the cluster where trials run; null where they run here.</summary>
    public SlurmOptions? ClusterOf(ParseResult parsed, int threads) => _cluster.IsSlurm(parsed) ? _cluster.Options(parsed, threads) : null;

    /// <summary>Whether a search is wanted.</summary>
    public bool IsWanted(ParseResult parsed) => parsed.GetValue(_search) is not null;

    /// <summary>Whether one trial of a search is wanted.</summary>
    public bool IsTrial(SymbolResult result) => result.IsGiven(_trial);

    /// <summary>The search's folder and the number of the trial that is wanted.</summary>
    /// <exception cref="UsageException">The number is none.</exception>
    public (string Folder, int Number) TrialOf(ParseResult parsed)
    {
        string[] given = parsed.GetValue(_trial)!;
        return int.TryParse(given[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (given[0], number)
            : throw new UsageException($"--search-trial is '{given[0]} {given[1]}'; expected a search's folder and the number of a trial");
    }

    /// <summary>What is wrong with what was given; null where nothing is.</summary>
    public string? ProblemIn(CommandResult result, Option data, Option<PruningTarget?> target)
    {
        if (!result.IsGiven(_search))
        {
            Option[] own = [_trials, _trialEpochs, _trialImages, _parallel, _group];
            return Array.Find(own, result.IsGiven) is { } other ? $"{other.Name} needs --search" : null;
        }

        if (!result.IsGiven(data)) return "--search needs --data, the images that its trials train on";
        if (!result.IsGiven(target)) return "--search needs --target, the size that the rates are to reach";
        return AsksForLatency(result, target) ? "--search needs a target that can be counted, parameters or macs: measured times differ from run to run" : null;
    }

    /// <summary>Whether a target is a time; of one that cannot be read, its own error tells.</summary>
    public static bool AsksForLatency(CommandResult result, Option<PruningTarget?> target) =>
        result.GetResult(target) is { Tokens: [.., var text] } && PruningTarget.TryParse(text.Value, out var read) && read.Metric == TargetMetric.Latency;

    /// <summary>The settings of a search for the rates of a run.</summary>
    /// <exception cref="UsageException">The layer groups do not fit.</exception>
    public SearchSettings SettingsOf(ParseResult parsed, TrainingConfig run, Network network) => new()
    {
        Run = run,
        Groups = parsed.Groups(_group, network),
        Trials = parsed.GetValue(_trials),
        TrialEpochs = parsed.GetValue(_trialEpochs),
        TrialImages = parsed.CommandResult.IsGiven(_trialImages) ? parsed.GetValue(_trialImages) : null,
        Parallel = parsed.GetValue(_parallel),
    };
}
