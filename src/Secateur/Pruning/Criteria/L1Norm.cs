namespace Secateur.Pruning.Criteria;

/// <summary>
/// The sum of the absolute weights (Li et al., "Pruning Filters for Efficient ConvNets", ICLR 2017): the smaller, the less important.
/// </summary>
public sealed class L1Norm : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "l1";

    /// <inheritdoc/>
    public override string Description => "smallest sum of absolute weights";

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group)
    {
        var scores = new double[group.Filters];
        for (var j = 0; j < scores.Length; j++)
        {
            foreach (double w in group.FilterOf(j)) scores[j] += Math.Abs(w);
        }

        return scores;
    }
}
