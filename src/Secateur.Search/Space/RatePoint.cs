using System.Collections.Immutable;

namespace Secateur.Search.Space;

/// <summary>A rate for each layer group, and what comes of it.</summary>
/// <param name="Rates">The rates.</param>
/// <param name="Shares">The share of each group's filters that goes at these rates: what the surrogate sees, since different rates may give the same plan.</param>
/// <param name="Size">What the compacted model is by the target's metric.</param>
/// <param name="Plan">Tells plans apart.</param>
internal sealed record RatePoint(ImmutableArray<double> Rates, double[] Shares, double Size, string Plan);
