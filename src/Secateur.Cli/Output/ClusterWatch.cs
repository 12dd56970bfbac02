using Secateur.Cli.Commands;
using Secateur.Experiments;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Output;

/// <summary>Waits for the jobs of an experiment in a cluster, with a line for each that ends.</summary>
internal static class ClusterWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    // A job that has ended leaves the queue before its files are seen everywhere.
    private const int Patience = 5;

    /// <summary>Waits until no job is in the queue.</summary>
    /// <returns>Whether all are done.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the jobs go on.</exception>
    public static bool Wait(Experiment experiment, bool silent, CancellationToken cancellation)
    {
        var ended = new HashSet<string>();
        for (var idle = 0; ;)
        {
            var board = ExperimentStatusCommand.Look(experiment);
            foreach (var status in board.Where(s => s.State is JobState.Done or JobState.Failed && ended.Add(s.Job.Id)))
            {
                if (!silent) Report.Remark($"[{ended.Count}/{board.Length}] {status.Job.Id}: {(status.State == JobState.Done ? "done" : $"FAILED: {status.Problem}")}");
            }

            if (board.All(s => s.State == JobState.Done)) return true;
            idle = board.Any(s => s.State == JobState.Running || (s.Queue is { } queue && SlurmJobs.IsOpen(queue))) ? 0 : idle + 1;
            if (idle >= Patience) return false;
            cancellation.WaitHandle.WaitOne(Look);
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
