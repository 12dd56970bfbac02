namespace Secateur.Reference;

/// <summary>
/// The gradients of y = gamma z + beta, z = (x - mean) / sqrt(variance + epsilon), where mean and biased variance are those of the m values of
/// the batch (arXiv 1502.03167, section 3).
/// </summary>
public static class BatchNormGradient
{
    /// <summary>dbeta += sum dy, dgamma += sum dy z, dx = gamma / sqrt(variance + epsilon) (dy - (sum dy + z sum(dy z)) / m).</summary>
    /// <param name="outputGradient">dy, for each image [C, H, W].</param>
    /// <param name="input">x, for each image [C, H, W].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="gammaGradient">dgamma, [C], added to.</param>
    /// <param name="betaGradient">dbeta, [C], added to.</param>
    /// <returns>dx, for each image [C, H, W].</returns>
    public static Volume[] Run(Volume[] outputGradient, Volume[] input, double[] gamma, double epsilon, double[] gammaGradient, double[] betaGradient)
    {
        var statistics = BatchStatistics.Of(input, epsilon);
        var result = Array.ConvertAll(input, x => x.ZerosLike());
        Parallel.For(0, gamma.Length, c =>
        {
            var (mean, inverse) = (statistics.Mean[c], statistics.InverseDeviation(c));
            var (sum, projection) = (0.0, 0.0);
            for (var n = 0; n < input.Length; n++)
            {
                var x = input[n].Plane(c);
                var dy = outputGradient[n].Plane(c);
                for (var p = 0; p < x.Length; p++)
                {
                    sum += dy[p];
                    projection += dy[p] * (x[p] - mean) * inverse;
                }
            }

            betaGradient[c] += sum;
            gammaGradient[c] += projection;
            for (var n = 0; n < input.Length; n++)
            {
                var x = input[n].Plane(c);
                var dy = outputGradient[n].Plane(c);
                var dx = result[n].Plane(c);
                for (var p = 0; p < x.Length; p++)
                    dx[p] = gamma[c] * inverse * (dy[p] - ((sum + ((x[p] - mean) * inverse * projection)) / statistics.Count));
            }
        });

        return result;
    }
}
