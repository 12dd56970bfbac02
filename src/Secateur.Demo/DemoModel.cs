using System.Collections.Immutable;

namespace Secateur.Demo;

/// <summary>A model of the demonstration and what was measured of it.</summary>
public sealed record DemoModel
{
    /// <summary>What chose the filters that went; null for the original.</summary>
    public string? Criterion { get; init; }

    /// <summary>The share of each layer's filters that went; 0 for the original.</summary>
    public double Rate { get; init; }

    /// <summary>Learnable parameters after compaction.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-adds of one image of the size that was timed.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>Its file; the compacted one of a pruned model.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes of its file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Average precision in the easy setting of the drawn validation images; null where no face counts.</summary>
    public double? Easy { get; init; }

    /// <summary>Average precision in the medium setting.</summary>
    public double? Medium { get; init; }

    /// <summary>Average precision in the hard setting.</summary>
    public double? Hard { get; init; }

    /// <summary>Median time of a forward pass over one image on one thread.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>How much the outputs of the compacted model differ from those of the masked one, at most, relative; null for the original.</summary>
    public double? CompactionDifference { get; init; }

    /// <summary>Mean training loss of each epoch.</summary>
    public ImmutableArray<double> Losses { get; init; } = [];

    /// <summary>As it is called in tables and legends.</summary>
    public string Name => Criterion is null ? "original" : NameOf(Criterion, Rate);

    /// <summary>What a model is called that a criterion pruned at a rate.</summary>
    internal static string NameOf(string criterion, double rate) => FormattableString.Invariant($"{criterion.ToUpperInvariant()} {100 * rate:0}%");
}
