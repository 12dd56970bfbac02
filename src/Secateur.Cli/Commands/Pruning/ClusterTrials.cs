using Secateur.Cli.Options;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Slurm;
using Secateur.Search.Trials;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>Runs the trials of a search as jobs of Slurm.</summary>
/// <param name="folder">The search's folder.</param>
/// <param name="options">What is asked of the cluster.</param>
/// <param name="arguments">What each trial's command gets beside folder and number.</param>
internal sealed class ClusterTrials(SearchFolder folder, SlurmOptions options, IEnumerable<string> arguments) : ITrialRunner
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Slurm does not answer, or a trial failed.</exception>
    public IReadOnlyList<TrialResult> Run(IReadOnlyList<Trial> trials, CancellationToken cancellation)
    {
        var place = Path.GetFullPath(folder.Path);
        WorkItem[] items =
        [
            .. trials.Select(t => new WorkItem($"trial-{t.Number}", "trial", FolderOf(folder, t.Number), [place, $"{t.Number}", .. arguments], [])),
        ];
        new SlurmExecutor(folder.Path, HostProgram.For(PruneCommand.Verb, "--search-trial"), options).Submit(items);
        SlurmWatch.Wait(folder.Path, items, null, cancellation);
        return [.. trials.Zip(items, (trial, item) => folder.ReadResult(trial.Number)
            ?? throw new InvalidOperationException($"{item.Folder.Path}: the trial came to no result: {item.Folder.ReadError() ?? $"see the logs in {Path.Combine(folder.Path, "slurm")}"}"))];
    }

    /// <summary>A trial's folder, as jobs have it.</summary>
    public static JobFolder FolderOf(SearchFolder folder, int number) => new(folder.TrialOf(number));
}
