using System.Collections.Immutable;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Pruning;

/// <summary>How sparse a model is, counted in its tensors.</summary>
/// <param name="Parameters">Learnable parameters, shared ones once, running statistics not.</param>
/// <param name="NonZeroParameters">Those that are not zero.</param>
/// <param name="Layers">The prunable layers, in the network's order.</param>
public sealed record PruningStatistics(int Parameters, int NonZeroParameters, ImmutableArray<LayerStatistics> Layers)
{
    /// <summary>The part of the learnable parameters that is zero, in [0, 1]: the paper's "real sparsity".</summary>
    public double Sparsity => Parameters == 0 ? 0 : (double)(Parameters - NonZeroParameters) / Parameters;

    /// <summary>The filters of the prunable layers.</summary>
    public int Filters => Layers.Sum(l => l.Filters);

    /// <summary>Those that are all zero.</summary>
    public int ZeroFilters => Layers.Sum(l => l.Pruned.Length);

    /// <summary>Those whose weights are all under <see cref="Lowering.DeadFilters.Threshold"/> in magnitude, the zero ones among them: compaction removes them.</summary>
    public int DeadFilters => Layers.Sum(l => l.Dead);

    /// <summary>Counts a model.</summary>
    public static PruningStatistics Of(Model model)
    {
        var learnable = model.Network.Parameters.Where(p => p.IsLearnable).ToList();
        var zeros = FilterMask.FromZeros(model).Pruned;
        return new PruningStatistics(
            learnable.Sum(p => p.Count),
            learnable.Sum(p => model.Weights[p.Name].Data.Count(w => w != 0)),
            [.. FilterGroup.Of(model).Select(g => new LayerStatistics(g.Layer.Layer, g.Filters, zeros[g.Layer.Layer], Enumerable.Range(0, g.Filters).Count(g.IsDead)))]);
    }
}

/// <summary>One prunable layer.</summary>
/// <param name="Name">Its state_dict name.</param>
/// <param name="Filters">How many filters it has.</param>
/// <param name="Pruned">The indices of those that are all zero, ascending.</param>
/// <param name="Dead">How many have no weight that matters, those that are all zero among them.</param>
public sealed record LayerStatistics(string Name, int Filters, ImmutableArray<int> Pruned, int Dead);
