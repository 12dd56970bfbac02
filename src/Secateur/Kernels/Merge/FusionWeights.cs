namespace Secateur.Kernels.Merge;

/// <summary>The two factors of EResFD's weighted fusion (arXiv 2204.01209): result = First * a + Second * b.</summary>
/// <param name="First">Factor of the first operand.</param>
/// <param name="Second">Factor of the second operand.</param>
public readonly record struct FusionWeights(double First, double Second)
{
    /// <summary>From the raw weights [2, columns]: relu, divided by (column sum + epsilon), and again by (their sum + epsilon).</summary>
    public static FusionWeights FromColumn(Tensor weights, int column, double epsilon) =>
        FromRaw(weights.Data[column], weights.Data[weights.Shape[1] + column], epsilon);

    /// <summary>The same from the two raw weights of a column.</summary>
    public static FusionWeights FromRaw(double first, double second, double epsilon)
    {
        first = Math.Max(first, 0);
        second = Math.Max(second, 0);
        var sum = first + second + epsilon;
        first /= sum;
        second /= sum;
        return new FusionWeights(first / (first + second + epsilon), second / (first + second + epsilon));
    }
}
