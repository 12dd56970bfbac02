using Secateur.Search.Bayesian;
using Xunit;

namespace Secateur.Search.Tests.Bayesian;

public class GaussianProcessTests
{
    private static readonly Matern52 Kernel = new([1], 1);

    [Fact]
    public void The_kernel_is_the_textbooks()
    {
        // (1 + sqrt 5 + 5/3) exp(-sqrt 5), by hand.
        Assert.Equal(0.5239941088318203, Kernel.Of([0], [1]), 1e-14);
        Assert.Equal(1, Kernel.Of([0.3], [0.3]));
        Assert.Equal(2 * Kernel.Of([0], [1]), new Matern52([0.5], 2).Of([0.25], [0.75]), 1e-14);
        Assert.Equal(Kernel.Of([0], [1]), new Matern52([3, 4], 1).Of([0, 0], [0, 4]), 1e-14);
    }

    [Fact]
    public void One_observation_is_conditioned_on_by_hand()
    {
        var (point, noise, value) = (new double[] { 0 }, 0.25, 2.0);
        var process = new GaussianProcess([point], [value], Kernel, noise);
        var k = Kernel.Of([0], [1]);
        var (mean, deviation) = process.Predict([1]);
        Assert.Equal(k * value / 1.25, mean, 1e-14);
        Assert.Equal(Math.Sqrt(1 - (k * k / 1.25)), deviation, 1e-14);
        Assert.Equal((-0.5 * value * value / 1.25) - (0.5 * Math.Log(1.25)) - (0.5 * Math.Log(2 * Math.PI)), process.LogMarginalLikelihood, 1e-14);
    }

    [Fact]
    public void Two_observations_agree_with_the_inverse_written_out()
    {
        double[][] points = [[0.1, 0.4], [0.7, 0.2]];
        double[] values = [1, -0.5];
        var (kernel, noise) = (new Matern52([0.5, 0.8], 1.7), 0.1);
        var process = new GaussianProcess(points, values, kernel, noise);
        var (a, b) = (1.7 + noise, kernel.Of(points[0], points[1]));
        var determinant = (a * a) - (b * b);
        double[] at = [0.4, 0.9];
        var (k0, k1) = (kernel.Of(points[0], at), kernel.Of(points[1], at));
        double Quadratic(double u0, double u1, double v0, double v1) => ((a * u0 * v0) - (b * u0 * v1) - (b * u1 * v0) + (a * u1 * v1)) / determinant;
        var (mean, deviation) = process.Predict(at);
        Assert.Equal(Quadratic(k0, k1, 1, -0.5), mean, 1e-12);
        Assert.Equal(Math.Sqrt(1.7 - Quadratic(k0, k1, k0, k1)), deviation, 1e-12);
        Assert.Equal((-0.5 * Quadratic(1, -0.5, 1, -0.5)) - (0.5 * Math.Log(determinant)) - Math.Log(2 * Math.PI), process.LogMarginalLikelihood, 1e-12);
    }

    [Fact]
    public void Without_noise_to_speak_of_it_goes_through_the_observations()
    {
        double[][] points = [[0], [0.5], [1]];
        var process = new GaussianProcess(points, [1, -2, 0.5], Kernel, 1e-10);
        Assert.Equal(-2, process.Predict([0.5]).Mean, 1e-6);
        Assert.True(process.Predict([0.5]).Deviation < 1e-4);
        Assert.True(process.Predict([50]).Deviation > 0.999);
    }

    [Fact]
    public void The_surrogate_finds_the_shape_of_a_function_of_any_scale()
    {
        static double F(double[] x) => 1000 + (50 * Math.Sin(6 * x[0])) + (5 * x[1]);
        var points = LatinHypercube.Draw(new SeededRandom(1), 25, 2);
        var surrogate = new Surrogate(points, [.. points.Select(F)]);
        Assert.All(LatinHypercube.Draw(new SeededRandom(2), 20, 2), x => Assert.InRange(surrogate.Predict(x).Mean - F(x), -10, 10));
        Assert.Equal(surrogate.Predict([0.3, 0.3]), new Surrogate(points, [.. points.Select(F)]).Predict([0.3, 0.3]));
        Assert.Equal(7, new Surrogate([[0.5], [0.5]], [7, 7]).Predict([0.5]).Mean, 1e-9);
    }
}
