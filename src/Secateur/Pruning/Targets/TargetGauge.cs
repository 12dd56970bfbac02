using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Pruning.Targets;

/// <summary>What a pruned model is once it is compacted, by the metric of a target.</summary>
/// <param name="Value">A share of the model as given, or the median in milliseconds.</param>
/// <param name="Latency">The measured times; null for what is counted.</param>
/// <param name="Original">Those of the model as given, whose runs alternated with them; null for what is counted.</param>
public readonly record struct TargetReading(double Value, Latency? Latency = null, Latency? Original = null);

/// <summary>Measures pruned models against a target.</summary>
public sealed class TargetGauge
{
    private const int Runs = 50;

    private readonly Model _original;
    private readonly int _threads;
    private readonly long _whole;

    /// <summary>Takes the measure of the model as given.</summary>
    /// <param name="target">The target.</param>
    /// <param name="original">The model as given, before it is pruned.</param>
    /// <param name="threads">Threads of each timed run.</param>
    /// <exception cref="NetworkException">The network cannot run at the target's size.</exception>
    public TargetGauge(PruningTarget target, Model original, int threads = 1)
    {
        (Target, _original, _threads) = (target, original, threads);
        _whole = target.Metric == TargetMetric.Latency ? 1 : Count(original);
    }

    /// <summary>The target.</summary>
    public PruningTarget Target { get; }

    /// <summary>Compacts a masked model and measures what is left.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two timed runs.</exception>
    public TargetReading Read(Model masked, CancellationToken cancellation = default) => ReadCompacted(Compactor.Compact(masked), cancellation);

    /// <summary>Measures a compacted model.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two timed runs.</exception>
    public TargetReading ReadCompacted(Model compacted, CancellationToken cancellation = default)
    {
        if (Target.Metric != TargetMetric.Latency) return new TargetReading(Count(compacted) / (double)_whole);
        var times = LatencyBenchmark.Run(
            [new InferenceEngine(_original), new InferenceEngine(compacted)], Target.ImageSize.Height, Target.ImageSize.Width, _threads, Runs, cancellationToken: cancellation);
        return new TargetReading(times[1].Latency.Median, times[1].Latency, times[0].Latency);
    }

    private long Count(Model model) => Target.Metric == TargetMetric.Parameters
        ? NetworkCosts.CountParameters(model.Network)
        : NetworkCosts.CountMacs(model.Network, Target.ImageSize.Height, Target.ImageSize.Width);
}
