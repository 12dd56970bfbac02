using System.Collections.Immutable;
using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment status</c>: where the jobs of an experiment are.</summary>
internal static class ExperimentStatusCommand
{
    public static Command Create()
    {
        var place = Place();
        var json = CommonOptions.Json();
        var command = new Command("status", """
            Tell where the jobs of an experiment are, and why those that failed did.

            Examples:
              secateur experiment status
              secateur experiment status runs/experiment/paper-1 --json
            """) { place, json };
        command.SetAction(parsed =>
        {
            var experiment = ExperimentOptions.Find(parsed.GetValue(place));
            ExperimentDisplay.PrintStatus(experiment, Look(experiment), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    /// <summary>Where the jobs are, by their folders and, of an experiment in a cluster, by its queue.</summary>
    public static ImmutableArray<JobStatus> Look(Experiment experiment) => JobBoard.Read(experiment, QueueOf(experiment));

    /// <summary>Makes sure that the cluster does not work on the same.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public static void RequireNoneInCluster(Experiment experiment)
    {
        if (QueueOf(experiment)?.Count(q => SlurmJobs.IsOpen(q.Value)) is > 0 and var count)
            throw new UsageException($"{count} jobs of {experiment.Path} are in Slurm's queue; cancel them first (secateur experiment cancel), or go on there (--executor slurm)");
    }

    private static ImmutableDictionary<string, string>? QueueOf(Experiment experiment)
    {
        try
        {
            return SlurmJobs.Read(experiment.Path)?.States();
        }
        catch (InvalidOperationException error)
        {
            Report.Remark($"The queue is not known, for {error.Message}");
            return null;
        }
    }

    /// <summary>An argument that names an experiment.</summary>
    public static Argument<string?> Place() => new("EXPERIMENT")
    {
        Description = $"The experiment's folder, or its name; the newest in {ExperimentOptions.DefaultFolder} when not given.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
