using System.Collections.Immutable;

namespace Secateur.Weights;

/// <summary>What a model carries beside its network and weights.</summary>
public sealed record ModelInfo
{
    /// <summary>What was done to make the model, first step first.</summary>
    public ImmutableArray<string> Provenance { get; init; } = [];

    /// <summary>The licence of the weights, as the user stated it.</summary>
    public string? Licence { get; init; }

    /// <summary>In a compacted model: for each layer, the original indices of the filters that are left. Empty otherwise.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<int>> KeptFilters { get; init; } =
        ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty;

    /// <summary>What formats that the model came from need to write it again, by key; every stage passes it on.</summary>
    public ImmutableSortedDictionary<string, string> Attachments { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The same with one more step of provenance.</summary>
    public ModelInfo WithStep(string step) => this with { Provenance = Provenance.Add(step) };
}
