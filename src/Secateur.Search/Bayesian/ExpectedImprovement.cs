using MathNet.Numerics.Distributions;

namespace Secateur.Search.Bayesian;

/// <summary>
/// How much lower than the lowest known value a value is expected to be (Jones, Schonlau and Welch, "Efficient Global Optimization of Expensive Black-Box
/// Functions", Journal of Global Optimization 1998, equation 15). B-FPGM's authors take their package's default instead, the upper confidence bound.
/// </summary>
internal static class ExpectedImprovement
{
    /// <summary>Of a normal value.</summary>
    /// <param name="mean">Its mean.</param>
    /// <param name="deviation">Its standard deviation.</param>
    /// <param name="lowest">The lowest known value.</param>
    public static double Of(double mean, double deviation, double lowest)
    {
        if (!(deviation > 0)) return Math.Max(0, lowest - mean);
        var z = (lowest - mean) / deviation;
        return ((lowest - mean) * Normal.CDF(0, 1, z)) + (deviation * Normal.PDF(0, 1, z));
    }
}
