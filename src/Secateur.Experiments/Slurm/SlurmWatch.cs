using Secateur.Experiments.Jobs;

namespace Secateur.Experiments.Slurm;

/// <summary>Waits for work in a cluster.</summary>
public static class SlurmWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    // Work that has ended leaves the queue before its files are seen everywhere.
    private const int Patience = 5;

    /// <summary>Waits until nothing of some work is in the queue any more.</summary>
    /// <param name="folder">The folder that remembers what was submitted.</param>
    /// <param name="items">The work.</param>
    /// <param name="ended">Told of every item that has ended.</param>
    /// <param name="cancellation">Stops waiting; the work goes on.</param>
    /// <returns>Whether all is done.</returns>
    /// <exception cref="InvalidOperationException">Slurm does not answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static bool Wait(string folder, IReadOnlyList<WorkItem> items, Action<WorkItem, JobState>? ended, CancellationToken cancellation)
    {
        var told = new HashSet<string>();
        for (var idle = 0; ;)
        {
            var queue = SlurmJobs.Read(folder)?.States();
            var states = items.Select(i => (Item: i, State: i.Folder.State())).ToArray();
            foreach (var (item, state) in states.Where(s => s.State is JobState.Done or JobState.Failed && told.Add(s.Item.Id))) ended?.Invoke(item, state);
            var open = states.Any(s => s.State == JobState.Running || (queue?.GetValueOrDefault(s.Item.Id) is { } queued && SlurmJobs.IsOpen(queued)));
            if (!open && states.All(s => s.State == JobState.Done)) return true;
            idle = open ? 0 : idle + 1;
            if (idle >= Patience) return false;
            cancellation.WaitHandle.WaitOne(Look);
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
