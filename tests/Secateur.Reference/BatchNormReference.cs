namespace Secateur.Reference;

/// <summary>The definition of a batch norm (Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167), whatever its statistics come from.</summary>
public static class BatchNormReference
{
    /// <summary>gamma * (x - mean) / sqrt(variance + epsilon) + beta, for x [C, H, W] and all others [C].</summary>
    public static Volume Run(Volume x, double[] gamma, double[] beta, double[] mean, double[] variance, double epsilon)
    {
        var result = x.ZerosLike();
        Parallel.For(0, gamma.Length, c =>
        {
            var scale = gamma[c] / Math.Sqrt(variance[c] + epsilon);
            var source = x.Plane(c);
            var target = result.Plane(c);
            for (var p = 0; p < source.Length; p++) target[p] = (scale * (source[p] - mean[c])) + beta[c];
        });
        return result;
    }
}
