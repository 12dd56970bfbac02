using System.Collections.Immutable;

namespace Secateur.Search.Bayesian;

/// <summary>
/// The Matérn kernel with smoothness 5/2 and a length scale for each dimension: sigma^2 (1 + sqrt(5) r + 5/3 r^2) exp(-sqrt(5) r) with the scaled distance r
/// (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, equation 4.17). B-FPGM's authors use this smoothness, too (the default of
/// the package bayesian-optimization 1.4.3, which their requirements name); the scale for each dimension is ours.
/// </summary>
/// <param name="Lengths">The length scales.</param>
/// <param name="Signal">sigma^2.</param>
internal sealed record Matern52(ImmutableArray<double> Lengths, double Signal)
{
    /// <summary>The covariance of two points.</summary>
    public double Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var square = 0.0;
        for (var d = 0; d < Lengths.Length; d++)
        {
            var scaled = (a[d] - b[d]) / Lengths[d];
            square += scaled * scaled;
        }

        var root = Math.Sqrt(5 * square);
        return Signal * (1 + root + (5 * square / 3)) * Math.Exp(-root);
    }
}
