using System.Collections.Immutable;
using System.Diagnostics;

namespace Secateur.Demo;

/// <summary>Does one stage after another, and keeps the time that each takes.</summary>
internal sealed class DemoStages(IProgress<DemoProgress>? progress, CancellationToken cancellation)
{
    private readonly List<DemoStage> _finished = [];

    /// <summary>Those that are done, in order.</summary>
    public ImmutableArray<DemoStage> Finished => [.. _finished];

    /// <summary>Does a stage.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="work">Does it; is given where to report parts done and in all.</param>
    /// <exception cref="OperationCanceledException">Cancelled before.</exception>
    public T Do<T>(string name, Func<Action<int, int>, T> work)
    {
        cancellation.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        var result = work((done, total) => progress?.Report(new DemoProgress(name, done, total)));
        var stage = new DemoStage(name, clock.Elapsed.TotalSeconds);
        _finished.Add(stage);
        progress?.Report(new DemoProgress(name, 1, 1, stage.Seconds));
        return result;
    }
}
