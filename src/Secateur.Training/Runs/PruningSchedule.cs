using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Secateur.Pruning;
using Secateur.Pruning.Targets;

namespace Secateur.Training.Runs;

/// <summary>
/// Soft filter pruning (He et al., IJCAI 2018) with a criterion, then fine-tuning with the zeroed filters frozen, as in section 3 of arXiv 2311.16613.
/// </summary>
public sealed record PruningSchedule
{
    /// <summary>The soft epochs of the paper.</summary>
    public const int SoftEpochs = 200;

    /// <summary>Batches on which gradients are measured where no number is given.</summary>
    public const int UsualBatches = 8;

    /// <summary>Which filters go: one of <see cref="Pruning.Criteria.FilterCriteria.Names"/>.</summary>
    public string Criterion { get; init; } = "fpgm";

    /// <summary>The share of each layer's filters that goes, in [0, 1).</summary>
    public required double Rate { get; init; }

    /// <summary>Other rates for the layers that patterns name; of several that match, the last holds.</summary>
    public ImmutableArray<LayerRate> LayerRates { get; init; } = [];

    /// <summary>Every pruned layer keeps a multiple of so many filters, see <see cref="PruningPlan.RoundedTo"/>; any number where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RoundTo { get; init; }

    /// <summary>The size that <see cref="Rate"/> was found for, as <see cref="PruningTarget.TryParse"/> reads it; null where the rate was given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; init; }

    /// <summary>The file of the mask that was applied to the initial model in place of a criterion's choice, by name; null where there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mask { get; init; }

    /// <summary>Batches on which criteria that need gradients measure them, <see cref="UsualBatches"/> where it is null; at most an epoch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Batches { get; init; }

    /// <summary>Filters are zeroed after every so many soft epochs, and after the last.</summary>
    public int Every { get; init; } = 1;

    /// <summary>Epochs with frozen filters: the first half at the base learning rate, the second at a tenth.</summary>
    public int FinetuneEpochs { get; init; } = 10;

    /// <summary>The milestones of soft pruning: a quarter and half of the way (epochs 50 and 100 of 200, arXiv 2311.16613).</summary>
    public static ImmutableArray<long> MilestonesFor(long steps) => RecipeLength.Scale([1, 2], 4, steps);

    /// <summary>How many filters each layer loses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not in [0, 1).</exception>
    public PruningPlan ToPlan() =>
        LayerRates.Aggregate(new PruningPlan(Rate).RoundedTo(RoundTo ?? 1), (plan, layer) => plan.With(layer.Pattern, layer.Rate));

    /// <summary>What is pruned and how, in a few words.</summary>
    public string Describe() => Mask is { } mask ? $"the mask {mask}" : (Rate == 0 && !LayerRates.IsEmpty ? $"{Criterion} at rates by layer" : FormattableString.Invariant($"{Criterion} at rate {Rate:0.####}")) + DescribeExceptions();

    /// <summary>The rates of single layers, and the multiple, each after a comma.</summary>
    public string DescribeExceptions()
    {
        var others = LayerRates.Select(l => l.Rate == 0 ? $", without {l.Pattern}" : FormattableString.Invariant($", {l.Pattern}={l.Rate:0.####}"));
        return string.Concat(others) + (RoundTo is { } multiple ? $", multiples of {multiple} filters" : "");
    }
}

/// <summary>The rate of the layers that a pattern (with <c>*</c>) names.</summary>
public readonly record struct LayerRate(string Pattern, double Rate);
