namespace Secateur.Pruning.Criteria;

/// <summary>
/// How much the loss changes without a filter, to first order (Molchanov et al., "Importance Estimation for Neural Network Pruning", CVPR 2019,
/// equation 8, averaged over batches): the square of the sum of gradient times value over what scales the filter's channel. Where a batch norm follows
/// these are its gamma and beta, as the paper has it; the convolution's own weights would always give zero there, because the norm undoes their scale.
/// Elsewhere they are the filter's weights and bias.
/// </summary>
public sealed class TaylorExpansion : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "taylor";

    /// <inheritdoc/>
    public override string Description => "smallest change of the loss to first order, on a few batches of --data or --distill";

    /// <inheritdoc/>
    public override bool NeedsGradients => true;

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group)
    {
        if (group.Gradients.Count == 0) throw new ArgumentException($"{Name} needs the gradients of a batch or more");
        string[] names = group.Norm is { } norm ? [norm.Gamma, norm.Beta] : [.. group.Layer.Parameters];
        var scores = new double[group.Filters];
        foreach (var gradients in group.Gradients)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                var change = 0.0;
                foreach (var name in names) change += Dot(FilterGroup.Slice(gradients[name], j), FilterGroup.Slice(group.Model.Weights[name], j));
                scores[j] += change * change / group.Gradients.Count;
            }
        }

        return scores;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
