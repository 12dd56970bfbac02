using System.Collections.Immutable;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Slurm;

namespace Secateur.Experiments;

/// <summary>What is known of a job at a moment.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">Where it is.</param>
/// <param name="Progress">How far it is, where it is running or was stopped.</param>
/// <param name="Problem">Why it failed, or which failed job keeps it waiting; else null.</param>
/// <param name="Queue">What the cluster's queue says of it; null where it is in none.</param>
public sealed record JobStatus(Job Job, JobState State, JobProgress? Progress, string? Problem, string? Queue);

/// <summary>Where all jobs of an experiment are, as their folders tell.</summary>
public static class JobBoard
{
    /// <summary>Looks at every job.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="queue">What the cluster's queue says, by job; null without cluster.</param>
    public static ImmutableArray<JobStatus> Read(Experiment experiment, IReadOnlyDictionary<string, string>? queue = null)
    {
        var failed = new HashSet<string>();
        var board = ImmutableArray.CreateBuilder<JobStatus>();
        foreach (var job in experiment.Graph.Jobs)
        {
            var folder = experiment.FolderOf(job);
            var state = folder.State();
            var blocker = job.TakesFailures || state is JobState.Done or JobState.Running ? null : job.Needs.FirstOrDefault(failed.Contains);
            var queued = state is JobState.Done or JobState.Running ? null : queue?.GetValueOrDefault(job.Id);

            // One that the cluster ended could not say so.
            var ended = state != JobState.Failed && queued is not null && !SlurmJobs.IsOpen(queued);
            var problem = state == JobState.Failed ? folder.ReadError() : blocker is not null ? $"needs {blocker}, which failed" : ended ? $"Slurm: {queued}; its logs are in {System.IO.Path.Combine(experiment.Path, "slurm")}" : null;
            if (problem is not null) failed.Add(job.Id);
            board.Add(new JobStatus(job, ended ? JobState.Failed : state, state is JobState.Running or JobState.Stopped ? folder.ReadProgress() : null, problem, state == JobState.Done ? null : queue?.GetValueOrDefault(job.Id)));
        }

        return board.ToImmutable();
    }
}
