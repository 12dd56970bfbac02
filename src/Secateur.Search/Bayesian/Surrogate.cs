using System.Collections.Immutable;

namespace Secateur.Search.Bayesian;

/// <summary>
/// A Gaussian process for values of any scale, with the hyper-parameters of the greatest marginal likelihood (Rasmussen and Williams, 2006, section 5.4.1) within
/// bounds, found from several starts. Everything is a function of the observations alone.
/// </summary>
internal sealed class Surrogate
{
    // For inputs that are shares of filters and values of variance 1.
    private static readonly (double Low, double High) Lengths = (0.05, 5);
    private static readonly (double Low, double High) Signals = (0.1, 10);
    private static readonly (double Low, double High) Noises = (1e-6, 0.3);

    private const int Starts = 4;
    private const int MostFitted = 128;
    private const double FirstStep = 1;
    private const double LastStep = 0.05;

    private readonly GaussianProcess _process;
    private readonly double _mean;
    private readonly double _scale;

    /// <summary>Fits it.</summary>
    /// <param name="points">Where was observed, at least one point.</param>
    /// <param name="values">What was observed; finite.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Surrogate(double[][] points, double[] values, CancellationToken cancellation = default)
    {
        _mean = values.Average();
        var deviation = Math.Sqrt(values.Average(v => (v - _mean) * (v - _mean)));
        _scale = deviation > 0 ? deviation : 1;
        var scaled = values.Select(v => (v - _mean) / _scale).ToArray();
        _process = Fit(points, scaled, cancellation);
    }

    /// <summary>Mean and standard deviation at a point.</summary>
    public (double Mean, double Deviation) Predict(double[] point)
    {
        var (mean, deviation) = _process.Predict(point);
        return (_mean + (mean * _scale), deviation * _scale);
    }

    private static GaussianProcess Fit(double[][] points, double[] values, CancellationToken cancellation)
    {
        var dimensions = points[0].Length;

        // Each likelihood costs the cube of the observations: the hyper-parameters are found on some, spread over all.
        var every = (points.Length + MostFitted - 1) / MostFitted;
        double[][] fitted = [.. points.Where((_, i) => i % every == 0)];
        double[] fittedValues = [.. values.Where((_, i) => i % every == 0)];
        ImmutableArray<(double Low, double High)> bounds =
            [.. Enumerable.Repeat(Lengths, dimensions).Append(Signals).Append(Noises).Select(b => (Math.Log(b.Low), Math.Log(b.High)))];
        GaussianProcess Of(double[][] at, double[] observed, double[] logs) =>
            new(at, observed, new Matern52([.. logs.Take(dimensions).Select(Math.Exp)], Math.Exp(logs[^2])), Math.Exp(logs[^1]));
        GaussianProcess At(double[] logs)
        {
            cancellation.ThrowIfCancellationRequested();
            return Of(fitted, fittedValues, logs);
        }

        // The starts are the same for all data: the middle of the bounds, and a few points spread over them.
        var middle = Enumerable.Repeat(0.5, bounds.Length).ToArray();
        var (place, process) = LatinHypercube.Draw(new SeededRandom(0), Starts, bounds.Length).Prepend(middle)
            .Select(start => Climb(At, [.. start.Zip(bounds, (share, b) => b.Low + (share * (b.High - b.Low)))], bounds))
            .MaxBy(found => found.Process.LogMarginalLikelihood);
        return every == 1 ? process : Of(points, values, place);
    }

    /// <summary>Compass search: along one coordinate after another, with steps that are halved where none leads up.</summary>
    private static (double[] Place, GaussianProcess Process) Climb(Func<double[], GaussianProcess> at, double[] start, ImmutableArray<(double Low, double High)> bounds)
    {
        var (place, best) = (start, at(start));
        for (var step = FirstStep; step >= LastStep;)
        {
            var before = best;
            for (var d = 0; d < bounds.Length; d++)
            {
                foreach (var move in new[] { step, -step })
                {
                    double[] next = [.. place];
                    next[d] = Math.Clamp(next[d] + move, bounds[d].Low, bounds[d].High);
                    if (next[d] == place[d] || at(next) is not { } process || !(process.LogMarginalLikelihood > best.LogMarginalLikelihood)) continue;
                    (place, best) = (next, process);
                    break;
                }
            }

            if (best == before) step /= 2;
        }

        return (place, best);
    }
}
