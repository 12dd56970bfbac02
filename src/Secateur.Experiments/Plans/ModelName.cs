using System.Globalization;

namespace Secateur.Experiments.Plans;

/// <summary>Which model of an experiment.</summary>
/// <param name="Network">Its network.</param>
/// <param name="Criterion">What chose the filters that went; null for the original.</param>
/// <param name="Rate">The share of each layer's filters that went; 0 for the original.</param>
/// <param name="Seed">Its seed; null for one that was given.</param>
public sealed record ModelName(string Network, string? Criterion, double Rate, int? Seed)
{
    /// <summary>The same without pruning.</summary>
    public bool IsOriginal => Criterion is null;

    /// <summary>As tables and legends call it.</summary>
    public string Title => Criterion is null ? "original" : $"{Criterion.ToUpperInvariant()} {Percent}%";

    /// <summary>Its rate in per cent, as short as possible.</summary>
    public string Percent => (Rate * 100).ToString("0.##########", CultureInfo.InvariantCulture);

    /// <summary>As folders are called.</summary>
    public override string ToString() =>
        Network + (Criterion is null ? "" : $"-{Criterion}-{Percent}") + (Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"-s{seed}") : "");
}
