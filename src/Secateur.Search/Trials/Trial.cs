using System.Collections.Immutable;

namespace Secateur.Search.Trials;

/// <summary>Rates to try.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Origin">Where the rates come from: <c>uniform</c>, <c>design</c> or <c>model</c>.</param>
/// <param name="Rates">A rate for each layer group.</param>
/// <param name="Size">What the compacted model is before it is trained, by the target's metric.</param>
public sealed record Trial(int Number, string Origin, ImmutableArray<double> Rates, double Size);

/// <summary>What came of a trial.</summary>
/// <param name="Number">Its number.</param>
/// <param name="LossL">Smooth L1 loss on the images held out; null where training or model diverged.</param>
/// <param name="LossC">Cross entropy there; null likewise.</param>
/// <param name="Device">What it was computed on.</param>
public sealed record TrialResult(int Number, double? LossL, double? LossC, string Device)
{
    /// <summary>Both losses together; null where the model diverged.</summary>
    public double? Loss => LossL + LossC;
}
