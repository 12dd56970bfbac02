namespace Secateur.Pruning.Criteria;

/// <summary>The Euclidean norm of the weights, soft filter pruning's criterion (He et al., arXiv 1808.06866).</summary>
public sealed class L2Norm : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "l2";

    /// <inheritdoc/>
    public override string Description => "smallest Euclidean norm";

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group)
    {
        var scores = new double[group.Filters];
        for (var j = 0; j < scores.Length; j++)
        {
            foreach (double w in group.FilterOf(j)) scores[j] += w * w;
            scores[j] = Math.Sqrt(scores[j]);
        }

        return scores;
    }
}
