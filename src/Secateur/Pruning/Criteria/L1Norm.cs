using Secateur.Kernels;

namespace Secateur.Pruning.Criteria;

/// <summary>
/// The sum of the absolute weights (Li et al., "Pruning Filters for Efficient ConvNets", ICLR 2017): the smaller, the less important.
/// </summary>
public sealed class L1Norm : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "l1";

    /// <inheritdoc/>
    public override double[] Score(string layer, Tensor weight)
    {
        var scores = new double[weight.Shape[0]];
        for (var j = 0; j < scores.Length; j++)
        {
            foreach (double w in FilterOf(weight, j)) scores[j] += Math.Abs(w);
        }

        return scores;
    }
}
