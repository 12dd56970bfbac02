using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Pruning;

public class FilterMaskTests
{
    private const string Depthwise = "base.1.conv.0";

    [Fact]
    public void Weights_and_biases_of_the_filters_become_zero_and_nothing_else_changes()
    {
        var model = RandomWeights.Fill(Extd.Create(32), 1);
        var masked = MaskOf((Depthwise, [5, 2])).Apply(model);
        for (var i = 0; i < model.Weights[Depthwise + ".weight"].Length; i++)
            Assert.Equal(i / 9 is 2 or 5 ? 0 : model.Weights[Depthwise + ".weight"].Data[i], masked.Weights[Depthwise + ".weight"].Data[i]);
        for (var i = 0; i < 64; i++)
            Assert.Equal(i is 2 or 5 ? 0 : model.Weights[Depthwise + ".bias"].Data[i], masked.Weights[Depthwise + ".bias"].Data[i]);
        Assert.All(
            model.Weights.Keys.Where(n => n is not (Depthwise + ".weight" or Depthwise + ".bias")),
            n => Assert.Same(model.Weights[n], masked.Weights[n]));
    }

    [Fact]
    public void A_mask_is_read_back_from_the_zeros()
    {
        var model = RandomWeights.Fill(Extd.Create(32), 1);
        var mask = MaskOf((Depthwise, [2, 5]), ("base.2.conv.0", [0]), ("base.7.conv.6", [31]));
        var found = FilterMask.FromZeros(mask.Apply(model)).Pruned;
        Assert.All(found, p => Assert.Equal(mask.Pruned.GetValueOrDefault(p.Key, []).ToArray(), p.Value.ToArray()));
        Assert.Equal(model.Network.PrunableLayers().Count(), found.Count);
    }

    [Fact]
    public void A_filter_with_a_bias_left_is_not_zero()
    {
        var model = MaskOf((Depthwise, [2])).Apply(RandomWeights.Fill(Extd.Create(32), 1));
        model.Weights[Depthwise + ".bias"].Data[2] = 1e-30f;
        Assert.Empty(FilterMask.FromZeros(model).Pruned[Depthwise]);
    }

    [Fact]
    public void A_layer_shared_by_several_passes_is_in_the_mask_once()
    {
        var network = Extd.Create(64);
        Assert.Equal(6, network.Nodes.OfType<Conv2dNode>().Count(c => c.Layer == "base.2.conv.0"));
        var layers = PruningStatistics.Of(RandomWeights.Fill(network, 2)).Layers;
        Assert.Single(layers, l => l.Name == "base.2.conv.0");
        Assert.Equal(25, layers.Length);
        Assert.Equal(2_624, layers.Sum(l => l.Filters));
    }

    [Theory]
    [InlineData("base.9.conv.0", 0)]
    [InlineData(Depthwise, 64)]
    [InlineData(Depthwise, -1)]
    public void A_mask_of_another_model_is_refused(string layer, int filter)
    {
        var error = Assert.Throws<ArgumentException>(() => MaskOf((layer, [filter])).Apply(RandomWeights.Fill(Extd.Create(32), 1)));
        Assert.Contains(layer, error.Message, StringComparison.Ordinal);
    }

    private static FilterMask MaskOf(params (string Layer, int[] Filters)[] layers) =>
        new(layers.Select(l => KeyValuePair.Create(l.Layer, l.Filters.ToImmutableArray())));
}
