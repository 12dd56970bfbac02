using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning;

public class FilterCriterionTests
{
    // Four filters of two weights: a 3-4-5 triangle with one corner doubled.
    private static readonly Tensor Corners = new([4, 2, 1, 1], [1, 1, 4, 1, 1, -3, 4, 1]);

    [Fact]
    public void Fpgm_is_the_sum_of_distances_to_all_filters() =>
        Assert.Equal([3 + 4 + 3, 3 + 5 + 0, 4 + 5 + 5, 3 + 0 + 5], new GeometricMedian().Score(Group(Corners)));

    [Fact]
    public void L1_is_the_sum_of_absolute_weights() => Assert.Equal([2, 5, 4, 5], new L1Norm().Score(Group(Corners)));

    [Fact]
    public void L2_is_the_euclidean_norm() =>
        Assert.Equal([5, 13], new L2Norm().Score(Group(new Tensor([2, 2, 1, 1], [3, -4, 5, 12]))));

    [Fact]
    public void The_lowest_scores_go_first_and_the_lower_index_of_equal_ones()
    {
        Assert.Equal([1], new GeometricMedian().Select(Group(Corners), 1).ToArray());
        Assert.Equal([1, 3], new GeometricMedian().Select(Group(Corners), 2).ToArray());
        Assert.Equal([0, 2], new L1Norm().Select(Group(Corners), 2).ToArray());
        Assert.Equal([0, 1, 2], new L1Norm().Select(Group(Corners), 3).ToArray());
        Assert.Equal([0, 1, 2, 3], new L1Norm().Select(Group(Corners), 4).ToArray());
        Assert.Empty(new L1Norm().Select(Group(Corners), 0));
        Assert.Equal([0, 1, 2], new GeometricMedian().Select(Group(new Tensor(8, 1, 3, 3)), 3).ToArray());
    }

    [Fact]
    public void Dead_filters_are_told_apart_where_float32_squares_underflow()
    {
        var dead = new Tensor([3, 1, 1, 1], [1e-30f, 2e-30f, 4e-30f]);
        Assert.Equal([1], new GeometricMedian().Select(Group(dead), 1).ToArray());
        Assert.All(new GeometricMedian().Score(Group(dead)), s => Assert.True(s > 0));
    }

    [Fact]
    public void Random_depends_on_the_seed_and_the_layer_only()
    {
        var other = new Tensor([64, 1, 1, 1], [.. Enumerable.Range(1, 64).Select(i => (float)i)]);
        var one = new Tensor(64, 3, 3, 3);
        Array.Fill(one.Data, 1);
        var chosen = new RandomCriterion(1).Select(Group(one, "a"), 32).ToArray();
        Assert.Equal(chosen, new RandomCriterion(1).Select(Group(other, "a"), 32).ToArray());
        Assert.NotEqual(chosen, new RandomCriterion(2).Select(Group(other, "a"), 32).ToArray());
        Assert.NotEqual(chosen, new RandomCriterion(1).Select(Group(other, "b"), 32).ToArray());
    }

    [Fact]
    public void Filters_that_are_zero_already_go_first()
    {
        // By the median filter 1 would go first, by the norm filter 3.
        var weight = new Tensor([5, 1, 1, 1], [0, 2, 5, 1, 0]);
        Assert.Equal([0, 4], new GeometricMedian().Select(Group(weight), 2).ToArray());
        Assert.Equal([0, 3, 4], new L1Norm().Select(Group(weight), 3).ToArray());
        Assert.Equal([0], new L1Norm().Select(Group(weight), 1).ToArray());
    }

    [Theory]
    [InlineData(0.3, 0.3)]
    [InlineData(0.3, 0.5)]
    [InlineData(0.5, 0.2)]
    public void Pruning_twice_takes_no_more_than_the_higher_rate(double first, double second)
    {
        var model = RandomWeights.Fill(EResFd.Create(), 1);
        var once = new PruningPlan(first).Select(model, new GeometricMedian()).Apply(model);
        var mask = new PruningPlan(second).Select(once, new L1Norm());
        var twice = FilterMask.FromZeros(mask.Apply(once)).Pruned;
        foreach (var quota in new PruningPlan(Math.Max(first, second)).Resolve(model.Network)) Assert.Equal(quota.Pruned, twice[quota.Layer.Layer].Length);
        if (first == second) Assert.Equal(FilterMask.FromZeros(once).Pruned.SelectMany(p => p.Value), mask.Pruned.SelectMany(p => p.Value));
    }

    [Fact]
    public void Bn_is_the_scale_of_the_norm_that_follows_and_refuses_layers_without_one()
    {
        var model = RandomWeights.Fill(Extd.Create(32), 1);
        var group = FilterGroup.Of(model).Single(g => g.Layer.Layer == "base.1.conv.0");
        Assert.Equal(model.Weights["base.1.conv.1.weight"].Data.Select(gamma => Math.Abs((double)gamma)), new NormScale().Score(group));

        var error = Assert.Throws<ArgumentException>(() => new PruningPlan(0.3).Select(model, new NormScale()));
        Assert.StartsWith("bn cannot score upfeat.0.0, upfeat.1.0, upfeat.2.0, upfeat.3.0, upfeat.4.0 (no batch norm follows it)", error.Message, StringComparison.Ordinal);
        var pruned = new PruningPlan(0.3).With("upfeat.*.0", 0).Select(model, new NormScale()).Pruned;
        Assert.Equal(5, pruned.Count(p => p.Value.IsEmpty));
        Assert.All(pruned, p => Assert.Equal(error.Message.Contains(p.Key + (p.Key == "upfeat.4.0" ? " " : ","), StringComparison.Ordinal), p.Value.IsEmpty));
    }

    [Fact]
    public void Taylor_is_the_squared_change_by_what_scales_a_channel_averaged_over_batches()
    {
        var g = new NetworkBuilder("two");
        var x = g.BatchNorm(g.Conv2d(g.Input(1), "a", 2, 1), "norm");
        g.Output("y", g.Conv2d(x, "b", 2, 1, bias: true));
        var model = new Model(g.Build(), Tensors(("a.weight", [1, 1]), ("norm.weight", [2, 3]), ("norm.bias", [1, -1]), ("norm.running_mean", [0, 0]),
            ("norm.running_var", [1, 1]), ("b.weight", [1, 2, 3, 4]), ("b.bias", [5, 6])), new ModelInfo());
        IReadOnlyDictionary<string, Tensor>[] gradients =
        [
            Tensors(("a.weight", [9, 9]), ("norm.weight", [1, 0]), ("norm.bias", [1, 2]), ("b.weight", [1, 1, 0, 0]), ("b.bias", [0, 1])),
            Tensors(("a.weight", [9, 9]), ("norm.weight", [-1, 1]), ("norm.bias", [0, 0]), ("b.weight", [0, 0, 1, -1]), ("b.bias", [1, 0])),
        ];
        var groups = FilterGroup.Of(model, gradients).ToList();

        // (1 * 2 + 1 * 1)^2 and (-1 * 2)^2; (2 * -1)^2 and (1 * 3)^2.
        Assert.Equal([(9 + 4) / 2.0, (4 + 9) / 2.0], new TaylorExpansion().Score(groups[0]));
        // (1 + 2)^2 and 5^2; (1 * 6)^2 and (3 - 4)^2.
        Assert.Equal([(9 + 25) / 2.0, (36 + 1) / 2.0], new TaylorExpansion().Score(groups[1]));
        Assert.Contains("gradients", Assert.Throws<ArgumentException>(() => new TaylorExpansion().Score(FilterGroup.Of(model).First())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_criterion_is_found_by_its_name_and_described()
    {
        Assert.Equal(["fpgm", "l1", "l2", "bn", "taylor", "random"], FilterCriteria.Names.AsEnumerable());
        Assert.All(FilterCriteria.Names, name => Assert.Contains($"{name}: {FilterCriteria.Create(name, 1).Description}", FilterCriteria.Description, StringComparison.Ordinal));
        Assert.Contains("expected one of fpgm, l1", Assert.Throws<ArgumentException>(() => FilterCriteria.Create("l3", 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void More_filters_than_there_are_cannot_be_chosen(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new L1Norm().Select(Group(Corners), count));

    private static FilterGroup Group(Tensor weight, string layer = "any")
    {
        var g = new NetworkBuilder("one");
        g.Output("y", g.Conv2d(g.Input(weight.Shape[1]), layer, weight.Shape[0], weight.Shape[2]));
        return FilterGroup.Of(new Model(g.Build(), [KeyValuePair.Create(layer + ".weight", weight)], new ModelInfo())).Single();
    }

    private static Dictionary<string, Tensor> Tensors(params (string Name, float[] Values)[] tensors) => tensors.ToDictionary(
        t => t.Name, t => t.Name.StartsWith("norm", StringComparison.Ordinal) || t.Name.EndsWith("bias", StringComparison.Ordinal)
            ? new Tensor([t.Values.Length], t.Values)
            : new Tensor([2, t.Values.Length / 2, 1, 1], t.Values));
}
