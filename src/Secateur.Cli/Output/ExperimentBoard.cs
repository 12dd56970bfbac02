using System.Collections.Immutable;
using Secateur.Experiments;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Output;

/// <summary>Where the jobs of an experiment are, by their folders and, of one in a cluster, by its queue.</summary>
internal static class ExperimentBoard
{
    /// <summary>Looks at every job.</summary>
    public static ImmutableArray<JobStatus> Look(Experiment experiment) => JobBoard.Read(experiment, QueueOf(experiment));

    /// <summary>What the cluster says, by job; null where the experiment is in none, or it does not answer.</summary>
    public static ImmutableDictionary<string, string>? QueueOf(Experiment experiment)
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
}
