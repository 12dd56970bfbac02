using System.Collections.Immutable;
using System.Globalization;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Pruning;

/// <summary>
/// How many filters each layer loses: floor(filters * rate) in every convolution but the detection heads (<see cref="Network.PrunableLayers"/>),
/// with other rates for the layers that a pattern names.
/// </summary>
public sealed class PruningPlan
{
    // 0.29 * 100 is 28.999999999999996: what is missing by rounding only counts as there.
    private const double RoundingSlack = 1e-9;

    private readonly ImmutableArray<(string Pattern, double Rate)> _exceptions;

    /// <summary>One rate for every layer.</summary>
    /// <param name="rate">The part of each layer's filters that goes, in [0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public PruningPlan(double rate)
        : this(rate, [])
    {
    }

    private PruningPlan(double rate, ImmutableArray<(string Pattern, double Rate)> exceptions, int multiple = 1)
    {
        Rate = Checked(rate);
        _exceptions = exceptions;
        Multiple = multiple;
    }

    /// <summary>The rate of the layers that no pattern names.</summary>
    public double Rate { get; }

    /// <summary>Every layer that is pruned keeps a multiple of so many filters; 1 for any number.</summary>
    public int Multiple { get; }

    /// <summary>The same plan, whose layers keep a multiple of <paramref name="filters"/>: as many as the rate leaves, rounded up, but never more than there are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one filter.</exception>
    public PruningPlan RoundedTo(int filters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filters, 1);
        return new PruningPlan(Rate, _exceptions, filters);
    }

    /// <summary>The same plan with another rate for some layers; of several patterns that match, the last one given holds.</summary>
    /// <param name="pattern">A layer name in which <c>*</c> stands for any characters, e.g. <c>base.m0.FEM_*</c>; case matters.</param>
    /// <param name="rate">Their rate, in [0, 1); 0 leaves them whole.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public PruningPlan With(string pattern, double rate) => new(Rate, _exceptions.Add((pattern, Checked(rate))), Multiple);

    /// <summary>floor(<paramref name="filters"/> * <paramref name="rate"/>), with the product guarded against rounding: 0.29 of 100 is 29.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public static int CountPruned(int filters, double rate) => (int)Math.Floor((filters * Checked(rate)) + RoundingSlack);

    /// <summary>How many filters each prunable layer loses, in the network's order.</summary>
    /// <exception cref="ArgumentException">A pattern matches no prunable layer.</exception>
    public ImmutableArray<LayerQuota> Resolve(Network network)
    {
        var layers = network.PrunableLayers().ToList();
        foreach (var (pattern, _) in _exceptions)
        {
            if (!layers.Exists(l => LayerPattern.Matches(pattern, l.Layer)))
                throw new ArgumentException($"no prunable layer of {network.Architecture} is called '{pattern}'");
        }

        return [.. layers.Select(l => new LayerQuota(l, Rounded(network.Parameter(l.Weight).Shape[0], RateOf(l.Layer))))];
    }

    /// <summary>The filters that a criterion chooses.</summary>
    /// <param name="model">The model.</param>
    /// <param name="criterion">The criterion.</param>
    /// <param name="gradients">For those that need them, see <see cref="FilterGroup.Gradients"/>.</param>
    /// <exception cref="ArgumentException">A pattern matches no prunable layer, or the criterion cannot score a layer that loses filters; all are listed.</exception>
    public FilterMask Select(Model model, FilterCriterion criterion, IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? gradients = null)
    {
        Check(model, criterion);
        return new FilterMask(Resolve(model.Network).Zip(FilterGroup.Of(model, gradients), (quota, group) =>
            KeyValuePair.Create(quota.Layer.Layer, criterion.Select(group, quota.Pruned))));
    }

    /// <summary>Checks that a criterion can score every layer that loses filters.</summary>
    /// <exception cref="ArgumentException">It cannot, or a pattern matches no prunable layer; all layers are listed.</exception>
    public void Check(Model model, FilterCriterion criterion)
    {
        var refused = Resolve(model.Network).Zip(FilterGroup.Of(model))
            .Where(pair => pair.First.Pruned > 0)
            .Select(pair => (pair.First.Layer.Layer, Reason: criterion.Refuses(pair.Second)))
            .Where(r => r.Reason is not null)
            .ToLookup(r => r.Reason, r => r.Layer);
        if (refused.Count == 0) return;
        throw new ArgumentException(
            $"{criterion.Name} cannot score {string.Join("; ", refused.Select(r => $"{string.Join(", ", r)} ({r.Key})"))}: exclude these layers, or take another criterion");
    }

    /// <summary>Checks that the plan takes a filter from some layer, unless all its rates are 0.</summary>
    /// <exception cref="ArgumentException">It takes none; the message tells the smallest rate that would. Or a pattern matches no prunable layer.</exception>
    public void RequireEffect(Network network)
    {
        if (Resolve(network).Any(q => q.Pruned > 0) || (Rate == 0 && _exceptions.All(e => e.Rate == 0))) return;
        var (largest, rate) = network.PrunableLayers()
            .Select(l => (Filters: network.Parameter(l.Weight).Shape[0], Rate: RateOf(l.Layer)))
            .Where(l => l.Rate > 0).OrderByDescending(l => l.Filters).FirstOrDefault();
        if (largest == 0) throw new ArgumentException($"the rates by layer leave nothing to prune: every layer of {network.Architecture} has the rate 0");
        if (Multiple > 1)
        {
            throw new ArgumentException($"the rate {Invariant(rate)} prunes no filter where every layer keeps a multiple of {Multiple}: "
                + $"the largest layer has {largest} filters; a higher rate or a smaller multiple would");
        }

        const double digits = 1e4;
        throw new ArgumentException(
            $"the rate {Invariant(rate)} prunes no filter: of the largest layer, with {largest} filters, floor({largest} x {Invariant(rate)}) = 0; "
            + $"the smallest rate that prunes one is {Invariant(Math.Ceiling(digits / largest) / digits)}");

        static string Invariant(double value) => value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The learnable parameters that masking takes away, from the graph alone: the weights, and the bias where the layer has one, of every
    /// pruned filter. All parameters less these are "# of parameters" of tables 1 and 2 of arXiv 2311.16613; over all, the "real sparsity".
    /// </summary>
    /// <exception cref="ArgumentException">A pattern matches no prunable layer.</exception>
    public int CountMasked(Network network) => Resolve(network).Sum(q =>
    {
        var weight = network.Parameter(q.Layer.Weight);
        return q.Pruned * ((weight.Count / weight.Shape[0]) + (q.Layer.Bias is null ? 0 : 1));
    });

    private static double Checked(double rate) =>
        rate is >= 0 and < 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "a pruning rate is at least 0 and less than 1");

    private int Rounded(int filters, double rate)
    {
        var kept = filters - CountPruned(filters, rate);
        return filters - Math.Min(filters, (kept + Multiple - 1) / Multiple * Multiple);
    }

    /// <summary>The rate of a layer: that of the last pattern that names it, else <see cref="Rate"/>.</summary>
    public double RateOf(string layer)
    {
        var rate = Rate;
        foreach (var (pattern, other) in _exceptions)
        {
            if (LayerPattern.Matches(pattern, layer)) rate = other;
        }

        return rate;
    }
}

/// <summary>How many filters a layer loses.</summary>
/// <param name="Layer">The first node that uses the layer's weights.</param>
/// <param name="Pruned">The number of filters to prune.</param>
public readonly record struct LayerQuota(Conv2dNode Layer, int Pruned);
