namespace Secateur.Kernels.Merge;

/// <summary>The two factors of EResFD's weighted fusion (arXiv 2204.01209): result = First * a + Second * b.</summary>
/// <param name="First">Factor of the first operand.</param>
/// <param name="Second">Factor of the second operand.</param>
public readonly record struct FusionWeights(double First, double Second)
{
    /// <summary>From the raw weights [2, columns]: relu, divided by (column sum + epsilon), and again by (their sum + epsilon).</summary>
    public static FusionWeights FromColumn(Tensor weights, int column, double epsilon)
    {
        double first = Math.Max(weights.Data[column], 0);
        double second = Math.Max(weights.Data[weights.Shape[1] + column], 0);
        var sum = first + second + epsilon;
        first /= sum;
        second /= sum;
        return new FusionWeights(first / (first + second + epsilon), second / (first + second + epsilon));
    }
}
