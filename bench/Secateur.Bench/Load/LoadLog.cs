using System.Collections.Concurrent;

namespace Secateur.Bench.Load;

/// <summary>What clients got.</summary>
internal sealed class LoadLog
{
    private readonly ConcurrentDictionary<(ClientKind Kind, string Outcome), int> _outcomes = [];
    private readonly ConcurrentQueue<double> _milliseconds = [];
    private int _good;
    private int _mistakes;

    /// <summary>How often each kind of client got what.</summary>
    public IEnumerable<(ClientKind Kind, string Outcome, int Count)> Outcomes => _outcomes.Select(o => (o.Key.Kind, o.Key.Outcome, o.Value)).Order();

    /// <summary>The times of the answers with faces.</summary>
    public IReadOnlyCollection<double> Milliseconds => _milliseconds;

    /// <summary>The number of answers with faces.</summary>
    public int Good => Volatile.Read(ref _good);

    /// <summary>The number of answers that tell of a mistake of the server's.</summary>
    public int Mistakes => Volatile.Read(ref _mistakes);

    public void Answered(ClientKind kind, int status, TimeSpan time)
    {
        Count(kind, $"{status}");
        if (status >= 500 && status != 503) Interlocked.Increment(ref _mistakes);
        if (status != 200) return;
        Interlocked.Increment(ref _good);
        _milliseconds.Enqueue(time.TotalMilliseconds);
    }

    public void Left(ClientKind kind) => Count(kind, "left");

    public void Failed(ClientKind kind) => Count(kind, "closed");

    private void Count(ClientKind kind, string outcome) => _outcomes.AddOrUpdate((kind, outcome), 1, (_, count) => count + 1);
}
