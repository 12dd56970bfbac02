namespace Secateur.Pruning.Criteria;

/// <summary>
/// FPGM (He et al., "Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration", CVPR 2019, equation 6): the
/// score of filter j is the sum over all filters j' of the layer of |F_j - F_j'|_2. The filters nearest the geometric median are the most redundant.
/// </summary>
public sealed class GeometricMedian : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "fpgm";

    /// <inheritdoc/>
    public override string Description => "nearest the geometric median of the layer";

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group)
    {
        var scores = new double[group.Filters];
        for (var j = 0; j < scores.Length; j++)
        {
            for (var other = 0; other < j; other++)
            {
                var distance = Distance(group.FilterOf(j), group.FilterOf(other));
                scores[j] += distance;
                scores[other] += distance;
            }
        }

        return scores;
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        // In double, because the squares of a trained network's dead filters underflow in float32.
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return Math.Sqrt(sum);
    }
}
