using System.Runtime.ExceptionServices;
using Secateur.Training.Runs;

namespace Secateur.Search.Trials;

/// <summary>Runs trials in this process: as many at once as there are, on the processor; one after another on a device, which one trial fills.</summary>
/// <param name="folder">The search's folder.</param>
/// <param name="settings">Its settings.</param>
/// <param name="data">What trials learn from and are measured on.</param>
/// <param name="backend">What computes.</param>
/// <param name="threads">Threads for all trials together.</param>
public sealed class InProcessTrials(SearchFolder folder, SearchSettings settings, TrialData data, TrainingBackend backend, int threads) : ITrialRunner
{
    /// <summary>Told the number of a trial and how far it has come, from several threads at once.</summary>
    public Action<int, TrainingProgress>? Progress { get; init; }

    /// <summary>Told of every image that cannot be read, and why, on background threads.</summary>
    public Action<string, string>? BrokenImage { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<TrialResult> Run(IReadOnlyList<Trial> trials, CancellationToken cancellation)
    {
        var atOnce = backend == TrainingBackend.Processor ? Math.Min(trials.Count, threads) : 1;
        var results = new TrialResult[trials.Count];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            // Those in work when one fails or all are cancelled save their state before this returns.
            Parallel.For(0, trials.Count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, i =>
            {
                var progress = Progress is null ? null : new Teller(p => Progress(trials[i].Number, p));
                try
                {
                    results[i] = TrialRun.Run(folder, settings, trials[i], data, backend, Math.Max(1, threads / atOnce), progress, BrokenImage, stop.Token);
                }
                catch
                {
                    stop.Cancel();
                    throw;
                }
            });
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) ?? error.InnerExceptions[0]);
        }

        return results;
    }

    // Progress<T> would report on other threads, later.
    private sealed class Teller(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }
}
