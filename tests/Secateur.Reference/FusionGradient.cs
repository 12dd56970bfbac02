namespace Secateur.Reference;

/// <summary>
/// The gradients of <see cref="MergeReference.Factors"/>: r = relu(raw), w = r / (r0 + r1 + e), f = w / (w0 + w1 + e). For a quotient q = a / (a0 + a1 + e)
/// they are da[k] = (dq[k] - q0 dq0 - q1 dq1) / (a0 + a1 + e).
/// </summary>
public static class FusionGradient
{
    /// <summary>draw, from the gradients of the two factors; 0 where the raw weight is not above 0.</summary>
    public static (double First, double Second) Raw((double First, double Second) factorGradient, double first, double second, double epsilon)
    {
        var (cut0, cut1) = (Math.Max(first, 0), Math.Max(second, 0));
        var sum = cut0 + cut1 + epsilon;
        var share = Quotient(factorGradient, cut0 / sum, cut1 / sum, epsilon);
        var cut = Quotient(share, cut0, cut1, epsilon);
        return (first > 0 ? cut.First : 0, second > 0 ? cut.Second : 0);
    }

    private static (double First, double Second) Quotient((double First, double Second) gradient, double first, double second, double epsilon)
    {
        var sum = first + second + epsilon;
        var common = ((first * gradient.First) + (second * gradient.Second)) / sum;
        return ((gradient.First - common) / sum, (gradient.Second - common) / sum);
    }
}
