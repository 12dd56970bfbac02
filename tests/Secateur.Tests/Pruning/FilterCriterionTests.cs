using Secateur.Kernels;
using Secateur.Pruning.Criteria;
using Xunit;

namespace Secateur.Tests.Pruning;

public class FilterCriterionTests
{
    // Four filters of two weights: a 3-4-5 triangle with one corner doubled.
    private static readonly Tensor Corners = new([4, 2, 1, 1], [0, 0, 3, 0, 0, -4, 3, 0]);

    [Fact]
    public void Fpgm_is_the_sum_of_distances_to_all_filters() =>
        Assert.Equal([3 + 4 + 3, 3 + 5 + 0, 4 + 5 + 5, 3 + 0 + 5], new GeometricMedian().Score("any", Corners));

    [Fact]
    public void L1_is_the_sum_of_absolute_weights() => Assert.Equal([0, 3, 4, 3], new L1Norm().Score("any", Corners));

    [Fact]
    public void L2_is_the_euclidean_norm() =>
        Assert.Equal([5, 13], new L2Norm().Score("any", new Tensor([2, 2, 1, 1], [3, -4, 5, 12])));

    [Fact]
    public void The_lowest_scores_go_first_and_the_lower_index_of_equal_ones()
    {
        Assert.Equal([1], new GeometricMedian().Select("any", Corners, 1).ToArray());
        Assert.Equal([1, 3], new GeometricMedian().Select("any", Corners, 2).ToArray());
        Assert.Equal([0, 1], new L1Norm().Select("any", Corners, 2).ToArray());
        Assert.Equal([0, 1, 3], new L1Norm().Select("any", Corners, 3).ToArray());
        Assert.Equal([0, 1, 2, 3], new L1Norm().Select("any", Corners, 4).ToArray());
        Assert.Empty(new L1Norm().Select("any", Corners, 0));
        Assert.Equal([0, 1, 2], new GeometricMedian().Select("any", new Tensor(8, 1, 3, 3), 3).ToArray());
    }

    [Fact]
    public void Dead_filters_are_told_apart_where_float32_squares_underflow()
    {
        var dead = new Tensor([3, 1, 1, 1], [1e-30f, 2e-30f, 4e-30f]);
        Assert.Equal([1], new GeometricMedian().Select("any", dead, 1).ToArray());
        Assert.All(new GeometricMedian().Score("any", dead), s => Assert.True(s > 0));
    }

    [Fact]
    public void Random_depends_on_the_seed_and_the_layer_only()
    {
        var other = new Tensor([64, 1, 1, 1], [.. Enumerable.Range(0, 64).Select(i => (float)i)]);
        var chosen = new RandomCriterion(1).Select("a", new Tensor(64, 3, 3, 3), 32).ToArray();
        Assert.Equal(chosen, new RandomCriterion(1).Select("a", other, 32).ToArray());
        Assert.NotEqual(chosen, new RandomCriterion(2).Select("a", other, 32).ToArray());
        Assert.NotEqual(chosen, new RandomCriterion(1).Select("b", other, 32).ToArray());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void More_filters_than_there_are_cannot_be_chosen(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new L1Norm().Select("any", Corners, count));
}
