using System.Collections.Immutable;
using Secateur.Bench.Inference;
using Secateur.Bench.Machine;

namespace Secateur.Bench.Comparison;

/// <summary>What the machine allows on one thread: so many multiply-adds a second, and so many bytes from where they lie.</summary>
internal sealed class Roofline(ComparisonResult result)
{
    /// <summary>10^9 multiply-adds a second.</summary>
    public double Peak { get; } = result.PeakOf(1);

    /// <summary>The bandwidths, smallest set first.</summary>
    public ImmutableArray<Bandwidth> Bandwidths { get; } = [.. result.Bandwidths.OrderBy(b => b.WorkingSetBytes)];

    /// <summary>10^9 multiply-adds a second that so many of them for each byte allow.</summary>
    public double Roof(double intensity, Bandwidth bandwidth) => Math.Min(Peak, intensity * bandwidth.GigabytesPerSecond);

    /// <summary>The least milliseconds of a step: its multiply-adds at the peak, or its bytes from the smallest cache that holds them all.</summary>
    public double LeastMs(StepTime step)
    {
        var bandwidth = Bandwidths.FirstOrDefault(b => step.Bytes <= b.WorkingSetBytes) ?? Bandwidths[^1];
        return Math.Max(step.MultiplyAdds / Peak, step.Bytes / bandwidth.GigabytesPerSecond) / 1e6;
    }
}
