using Secateur.Models;
using Secateur.Pruning.Targets;
using Secateur.Training.Runs;

namespace Secateur.Cli.Output;

/// <summary>The size that was asked for, and the one that was reached.</summary>
/// <param name="Target">What was asked for.</param>
/// <param name="Reading">What the compacted model is.</param>
internal sealed record ReachedTarget(PruningTarget Target, TargetReading Reading)
{
    /// <summary>Of a finished run, whose compacted model is measured against the one that it began with; null where it had no target.</summary>
    public static ReachedTarget? Of(RunFolder folder, int threads, CancellationToken cancellation)
    {
        if (folder.ReadConfig().Pruning?.Target is not { } text || !PruningTarget.TryParse(text, out var target)) return null;
        var gauge = new TargetGauge(target, ModelFile.Read(folder.Initial), threads);
        return new ReachedTarget(target, gauge.ReadCompacted(ModelFile.Read(folder.Compacted), cancellation));
    }

    /// <summary>Both beside each other.</summary>
    public string Describe() => $"asked for {Target}, reached {Target.Describe(Reading.Value)}{Spread()}{(Reading.Value > Target.Limit ? ": more than asked for" : "")}";

    /// <summary>The same for scripts.</summary>
    public object ToJson() => new
    {
        asked = Target.ToString(),
        Target.Limit,
        reached = Reading.Value,
        isReached = Reading.Value <= Target.Limit,
        latency = Reading.Latency,
        originalLatency = Reading.Original,
    };

    private string Spread() => Reading is { Latency: { } after, Original: { } before }
        ? $" (fastest {Figures.Milliseconds(after.Minimum)}, 95 % within {Figures.Milliseconds(after.P95)}; the model as given {Figures.Milliseconds(before.Median)}, in the same minute)"
        : "";
}
