using System.Globalization;
using Secateur.Pixels;

namespace Secateur.Pruning.Targets;

/// <summary>What of a compacted model is limited.</summary>
public enum TargetMetric
{
    /// <summary>Its learnable parameters, as a share of those of the model as given.</summary>
    Parameters,

    /// <summary>Its multiply-adds for one image, as a share of those of the model as given.</summary>
    Macs,

    /// <summary>The median time for one image, in milliseconds, measured.</summary>
    Latency,
}

/// <summary>The size that pruning and compaction together are to reach.</summary>
/// <param name="Metric">What is limited.</param>
/// <param name="Limit">The most that is allowed: a share in (0, 1], or milliseconds.</param>
/// <param name="ImageSize">The input size that multiply-adds and time are for.</param>
public sealed record PruningTarget(TargetMetric Metric, double Limit, ImageSize ImageSize)
{
    /// <summary>What <see cref="TryParse"/> reads, in words.</summary>
    public const string Expected = "parameters=SHARE, macs=SHARE or latency=TIMEms, e.g. parameters=0.5, macs=0.4@480x640 or latency=2.0ms@480x640";

    private static readonly ImageSize UsualSize = new(480, 640);

    /// <summary>Reads <c>parameters=0.5</c>, <c>macs=0.4@480x640</c> (that size where none is given) or <c>latency=2.0ms@480x640</c>.</summary>
    public static bool TryParse(string text, out PruningTarget target)
    {
        target = new PruningTarget(default, 1, UsualSize);
        if (text.Split('=') is not [var name, var rest]) return false;
        var metric = Enum.GetValues<TargetMetric>().Where(m => NameOf(m) == name).Cast<TargetMetric?>().FirstOrDefault();
        if (metric is not { } known) return false;
        var size = UsualSize;
        if (known != TargetMetric.Parameters && rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!ImageSize.TryParse(rest[(at + 1)..], out size)) return false;
            rest = rest[..at];
        }

        if (known == TargetMetric.Latency)
        {
            if (!rest.EndsWith("ms", StringComparison.Ordinal)) return false;
            rest = rest[..^2];
        }

        if (!double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out var limit)) return false;
        if (!(limit > 0) || !double.IsFinite(limit) || (known != TargetMetric.Latency && limit > 1)) return false;
        target = new PruningTarget(known, limit, size);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Metric switch
    {
        TargetMetric.Parameters => FormattableString.Invariant($"parameters={Limit}"),
        TargetMetric.Macs => FormattableString.Invariant($"macs={Limit}@{ImageSize}"),
        _ => FormattableString.Invariant($"latency={Limit}ms@{ImageSize}"),
    };

    /// <summary>A value of the metric for people.</summary>
    public string Describe(double value) => Metric switch
    {
        TargetMetric.Parameters => string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} of the parameters"),
        TargetMetric.Macs => string.Create(CultureInfo.InvariantCulture, $"{value:0.0000} of the multiply-adds at {ImageSize}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms at {ImageSize}"),
    };

    private static string NameOf(TargetMetric metric) => metric switch
    {
        TargetMetric.Parameters => "parameters",
        TargetMetric.Macs => "macs",
        _ => "latency",
    };
}
