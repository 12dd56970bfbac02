using Secateur.Search.Bayesian;
using Xunit;

namespace Secateur.Search.Tests.Bayesian;

public class ProposalTests
{
    [Theory]
    [InlineData(0, 1, 0, 0.3989422804014327)]
    [InlineData(1, 1, 0, 0.0833154705876862)]
    [InlineData(-1, 1, 0, 1.0833154705876862)]
    [InlineData(5, 2, 5, 0.7978845608028654)]
    [InlineData(3, 0, 4, 1)]
    [InlineData(4, 0, 3, 0)]
    public void Expected_improvement_is_the_integral(double mean, double deviation, double lowest, double expected) =>
        Assert.Equal(expected, ExpectedImprovement.Of(mean, deviation, lowest), 1e-12);

    [Fact]
    public void A_latin_hypercube_has_one_point_in_every_part_of_every_axis()
    {
        var points = LatinHypercube.Draw(new SeededRandom(4), 9, 5);
        for (var d = 0; d < 5; d++) Assert.Equal(Enumerable.Range(0, 9), points.Select(p => (int)(p[d] * 9)).Order());
    }

    [Fact]
    public void The_minimum_of_a_function_is_found_in_few_observations()
    {
        static double F(double[] x) => ((x[0] - 0.3) * (x[0] - 0.3)) + ((x[1] - 0.8) * (x[1] - 0.8));
        var candidates = Enumerable.Range(0, 441).Select(i => new[] { i % 21 / 20.0, i / 21 / 20.0 }).ToList();
        var points = LatinHypercube.Draw(new SeededRandom(3), 5, 2).ToList();
        for (var i = 0; i < 15; i++) points.Add(candidates[BatchProposer.Propose(points, [.. points.Select(F)], candidates, 1)[0]]);
        Assert.True(points.Min(F) < 0.004, $"lowest {points.Min(F)}");
    }

    [Fact]
    public void A_batch_holds_different_points_and_is_the_same_again()
    {
        var candidates = Enumerable.Range(0, 50).Select(i => new[] { i / 50.0 }).ToList();
        double[][] points = [[0.1], [0.5], [0.95]];
        var batch = BatchProposer.Propose(points, [1, 0.2, 0.9], candidates, 4);
        Assert.Equal(4, batch.Distinct().Count());
        Assert.Equal(batch, BatchProposer.Propose(points, [1, 0.2, 0.9], candidates, 4));
        Assert.Equal(2, BatchProposer.Propose(points, [1, 0.2, 0.9], candidates[..2], 4).Count);
    }
}
