using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Secateur.Search.Bayesian;

/// <summary>
/// Regression by a Gaussian process of mean 0 with given hyper-parameters (Rasmussen and Williams, 2006, algorithm 2.1).
/// </summary>
internal sealed class GaussianProcess
{
    private readonly double[][] _points;
    private readonly Matern52 _kernel;
    private readonly Cholesky<double> _factor;
    private readonly Vector<double> _weights;

    /// <summary>Conditions the process on observations.</summary>
    /// <param name="points">Where was observed.</param>
    /// <param name="values">What was observed.</param>
    /// <param name="kernel">The covariance of the function.</param>
    /// <param name="noise">The variance of the observations' noise; above 0, so that the covariance matrix is positive definite even where a point comes twice.</param>
    public GaussianProcess(double[][] points, double[] values, Matern52 kernel, double noise)
    {
        (_points, _kernel) = (points, kernel);
        var covariance = Matrix<double>.Build.Dense(points.Length, points.Length, (i, j) => kernel.Of(points[i], points[j]) + (i == j ? noise : 0));
        _factor = covariance.Cholesky();
        var observed = Vector<double>.Build.Dense(values);
        _weights = _factor.Solve(observed);
        LogMarginalLikelihood = -0.5 * (observed.DotProduct(_weights) + _factor.DeterminantLn + (points.Length * Math.Log(2 * Math.PI)));
    }

    /// <summary>The logarithm of the observations' density (equation 2.30 there).</summary>
    public double LogMarginalLikelihood { get; }

    /// <summary>Mean and standard deviation of the function at a point (equations 2.25 and 2.26 there).</summary>
    public (double Mean, double Deviation) Predict(double[] point)
    {
        var covariances = Vector<double>.Build.Dense(_points.Length, i => _kernel.Of(_points[i], point));
        var variance = _kernel.Signal - covariances.DotProduct(_factor.Solve(covariances));

        // Rounding may leave a little less than nothing at an observed point.
        return (covariances.DotProduct(_weights), Math.Sqrt(Math.Max(0, variance)));
    }
}
