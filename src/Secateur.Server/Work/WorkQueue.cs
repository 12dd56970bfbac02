using System.Collections.Concurrent;
using System.Diagnostics;

namespace Secateur.Server.Work;

/// <summary>
/// Threads that work on one thing each, and a line before them that is never longer than it may be. What is cancelled leaves the line at once; what has been
/// started is finished.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    private const double Smoothing = 0.05;

    private readonly BlockingCollection<WorkItem> _line = [];
    private readonly Thread[] _workers;
    private readonly int _capacity;
    private int _waiting;
    private int _running;
    private double _meanSeconds;

    /// <param name="workers">Threads.</param>
    /// <param name="capacity">How many may wait.</param>
    public WorkQueue(int workers, int capacity)
    {
        _capacity = capacity;
        _workers = [.. Enumerable.Range(1, workers).Select(i => new Thread(Work) { IsBackground = true, Name = $"detection {i}" })];
        foreach (var worker in _workers) worker.Start();
    }

    /// <summary>How many wait.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many are worked on.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Whether a further one would be refused.</summary>
    public bool IsFull => Waiting >= _capacity;

    /// <summary>Seconds after which there should be room again.</summary>
    public int RetryAfter => (int)Math.Clamp(Math.Ceiling(Waiting * Volatile.Read(ref _meanSeconds) / _workers.Length), 1, 60);

    /// <summary>Has something done.</summary>
    /// <param name="work">What to do, on one of the threads.</param>
    /// <param name="cancellation">Ends the wait, and takes the work out of the line where it has not been started.</param>
    /// <returns>What the work returned; null, at once, where the line is full.</returns>
    public Task<T>? TryRun<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > _capacity)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        var item = new WorkItem<T>(work);
        _line.Add(item, CancellationToken.None);
        return AwaitAsync(item, cancellation);
    }

    public void Dispose()
    {
        _line.CompleteAdding();
        foreach (var worker in _workers) worker.Join();
        _line.Dispose();
    }

    private async Task<T> AwaitAsync<T>(WorkItem<T> item, CancellationToken cancellation)
    {
        try
        {
            return await item.Result.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            if (item.TryDrop()) Interlocked.Decrement(ref _waiting);
            throw;
        }
    }

    private void Work()
    {
        foreach (var item in _line.GetConsumingEnumerable())
        {
            if (!item.TryStart()) continue;
            Interlocked.Decrement(ref _waiting);
            Interlocked.Increment(ref _running);
            var start = Stopwatch.GetTimestamp();
            item.Run();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Interlocked.Decrement(ref _running);

            // Workers may overwrite each other's mean: it is an estimate.
            Volatile.Write(ref _meanSeconds, _meanSeconds == 0 ? seconds : _meanSeconds + (Smoothing * (seconds - _meanSeconds)));
        }
    }
}
