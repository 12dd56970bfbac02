using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning.Compaction;

/// <summary>One shape of network at a time: what is left, and that it computes the same.</summary>
public class CompactorTests
{
    [Fact]
    public void A_constant_that_meets_no_padding_goes_into_the_bias()
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(Layer(g, g.Input(3), "a", 4, 3), "b", 5, kernel: 3, bias: true)),
            ("a", [0, 2]));
        Assert.Equal(["input", "a", "a_norm.relu", "b"], compacted.Network.Nodes.Select(n => n.Name));
        Assert.Equal([5, 2, 3, 3], compacted.Network.Parameter("b.weight").Shape.ToArray());
    }

    [Fact]
    public void A_constant_that_meets_padding_makes_a_border_pattern_that_costs_nothing_per_image()
    {
        var compacted = Check(
            g => g.Output("y", g.Relu(g.Conv2d(Layer(g, g.Input(3), "a", 4, 3), "b", 5, kernel: 3, padding: 1))),
            ("a", [0, 2]));
        Assert.Equal([5, 2, 3, 3], compacted.Network.Parameter("b.weight").Shape.ToArray());
        Assert.Equal([5, 1, 3, 3], compacted.Network.Parameter("b.fixed.weight").Shape.ToArray());
        Assert.Equal(((2 * 3 * 9) + (5 * 2 * 9)) * 6 * 8, NetworkCosts.CountMacs(compacted.Network, 6, 8));
        // The order in which the inference plan takes the pattern for free: before the activation.
        Assert.IsType<AddNode>(compacted.Network.Nodes[((ReluNode)compacted.Network.Nodes[compacted.Network.Outputs[0].Node]).Input]);
    }

    [Fact]
    public void A_constant_in_a_depthwise_convolution_leaves_the_rest_depthwise()
    {
        var compacted = Check(
            g =>
            {
                var wide = Layer(g, g.Input(3), "a", 6, 1);
                var deep = g.PRelu(g.BatchNorm(g.Conv2d(wide, "b", 6, 3, 2, 1, groups: 6, bias: true), "b_norm"), "slope");
                g.Output("y", g.Conv2d(deep, "c", 4, 1));
            },
            ("a", [0, 2, 3]));
        var live = (Conv2dNode)compacted.Network.Nodes.Single(n => n.Name == "b");
        Assert.Equal(3, live.Groups);
        Assert.Equal([4, 3, 1, 1], compacted.Network.Parameter("c.weight").Shape.ToArray());
    }

    [Fact]
    public void A_filter_that_only_a_zero_depthwise_filter_reads_is_gone()
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(g.Relu(g.Conv2d(Layer(g, g.Input(3), "a", 6, 3), "b", 6, 3, 1, 1, groups: 6)), "c", 4, 3, padding: 1)),
            ("b", [1, 4]));
        Assert.Equal([4, 3, 3, 3], compacted.Network.Parameter("a.weight").Shape.ToArray());
        Assert.Equal([0, 2, 3, 5], compacted.Info.KeptFilters["a"].ToArray());
        Assert.Equal([0, 2, 3, 5], compacted.Info.KeptFilters["b"].ToArray());
    }

    [Fact]
    public void Groups_that_lose_unequal_numbers_of_channels_stay_exact()
    {
        var compacted = Check(
            g => g.Output("y", Layer(g, Layer(g, g.Input(3), "a", 8, 3), "b", 8, 3, groups: 4)),
            ("a", [0, 1, 2]),
            ("b", [6, 7]));
        Assert.Equal(2, ((Conv2dNode)compacted.Network.Nodes.Single(n => n.Name == "b")).Groups);
    }

    [Fact]
    public void A_residual_sum_keeps_the_channels_that_either_side_has()
    {
        var compacted = Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 6, 3);
                var sum = g.Add(g.BatchNorm(g.Conv2d(x, "b", 6, 3, padding: 1), "b_norm"), x, "add");
                g.Output("y", g.Conv2d(sum, "c", 2, 3, padding: 1));
            },
            ("a", [0, 1, 5]),
            ("b", [1, 2, 5]));
        var add = compacted.Network.Nodes.OfType<AddNode>().Single(n => n.Name == "add");
        // b is left in 0, 3, 4 and a in 2, 3, 4 of the original's channels.
        Assert.Equal(4, add.Channels);
        Assert.Equal([0, 2, 3], add.A.Channels.ToArray());
        Assert.Equal([1, 2, 3], add.B.Channels.ToArray());
        Assert.Equal([2, 4, 3, 3], compacted.Network.Parameter("c.weight").Shape.ToArray());
    }

    [Fact]
    public void A_sum_of_which_one_side_is_constant_vanishes()
    {
        var compacted = Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 4, 3);
                var sum = g.Add(g.BatchNorm(g.Conv2d(x, "b", 4, 3, padding: 1), "b_norm"), x, "add");
                g.Output("y", g.Conv2d(sum, "c", 2, 1));
            },
            ("b", [0, 1, 2, 3]));
        Assert.Equal(["input", "a", "a_norm.relu", "c"], compacted.Network.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void A_constant_from_a_sum_is_there_before_the_activation()
    {
        Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 4, 3);
                var sum = g.Add(g.BatchNorm(g.Conv2d(x, "b", 4, 3, padding: 1), "b_norm"), x, "add");
                g.Output("y", g.Conv2d(g.PRelu(sum, "slope"), "c", 2, 3, padding: 1));
            },
            ("b", [0, 1, 2, 3]));
    }

    [Theory]
    [InlineData(UpsampleMode.Nearest)]
    [InlineData(UpsampleMode.Bilinear)]
    public void A_constant_from_a_sum_passes_an_upsampling(UpsampleMode mode)
    {
        Check(
            g =>
            {
                var fine = Layer(g, g.Input(3), "a", 4, 3);
                var x = Layer(g, fine, "b", 4, 3, stride: 2);
                var sum = g.Add(Layer(g, x, "c", 4, 3), x, "add");
                g.Output("y", g.Conv2d(g.Upsample(sum, fine, mode), "d", 2, 3, padding: 1));
            },
            ("c", [0, 1, 2, 3]));
    }

    [Fact]
    public void Squeeze_and_excitation_narrows_with_the_channels_that_it_scales()
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(Excite(g, g.Relu(g.Conv2d(g.Input(3), "a", 6, 3, padding: 1))), "c", 2, 3, padding: 1)),
            ("a", [0, 2, 5]), ("squeeze", [1]));
        Assert.Equal([3, 3, 3, 3], compacted.Network.Parameter("a.weight").Shape.ToArray());
        Assert.Equal([3, 3, 1, 1], compacted.Network.Parameter("squeeze.weight").Shape.ToArray());
        Assert.Equal([3, 3, 1, 1], compacted.Network.Parameter("excite.weight").Shape.ToArray());
        Assert.Equal([2, 3, 3, 3], compacted.Network.Parameter("c.weight").Shape.ToArray());
    }

    [Fact]
    public void A_constant_that_is_scaled_by_what_depends_on_the_image_depends_on_it_too()
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(Excite(g, Layer(g, g.Input(3), "a", 6, 3)), "c", 2, 3, padding: 1)),
            ("a", [0, 2, 5]));
        Assert.Equal([2, 6, 3, 3], compacted.Network.Parameter("c.weight").Shape.ToArray());
    }

    [Fact]
    public void Slopes_go_with_their_channels()
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(g.PRelu(g.BatchNorm(g.Conv2d(g.Input(3), "a", 4, 3), "norm"), "slopes", perChannel: true), "c", 2, 1)),
            model => new float[] { 0.1f, 0.2f, -0.3f, 0.4f }.CopyTo(model.Weights["slopes.weight"].Data, 0),
            ("a", [1]));
        Assert.Equal([0.1f, -0.3f, 0.4f], compacted.Weights["slopes.weight"].Data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_constant_passes_an_average_pooling_and_meets_its_borders_where_they_count(bool countPadding)
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(g.AveragePool2d(Layer(g, g.Input(3), "a", 4, 3), 3, 2, 1, countPadding), "c", 2, 1)),
            ("a", [1, 2]));
        Assert.Equal([2, 2, 1, 1], compacted.Network.Parameter("c.weight").Shape.ToArray());
        Assert.Equal(countPadding, compacted.Network.Nodes.OfType<OnesNode>().Any());
    }

    [Fact]
    public void A_dilated_convolution_stays_dilated_and_so_does_its_border_pattern()
    {
        var compacted = Check(
            g => g.Output("y", g.Clip(g.Conv2d(Layer(g, g.Input(3), "a", 4, 3), "c", 2, 3, padding: 2, dilation: 2), 0, 6)),
            ("a", [1, 2]));
        Assert.Equal([2, 2, 3, 3], compacted.Network.Parameter("c.weight").Shape.ToArray());
        Assert.Equal(2, compacted.Network.Nodes.OfType<Conv2dNode>().Count(c => c.Dilation == 2));
    }

    [Fact]
    public void An_operand_of_a_fusion_that_counts_nothing_is_gone()
    {
        var compacted = Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 4, 3);
                g.Output("y", g.Conv2d(g.Fuse(Layer(g, x, "b", 4, 3), x, "w", 0, 1), "c", 2, 1));
            },
            model =>
            {
                model.Weights["w"].Data[0] = -1;
                model.Weights["w"].Data[1] = 0.5f;
            });
        Assert.Empty(compacted.Info.KeptFilters["b"]);
        Assert.DoesNotContain(compacted.Network.Nodes, n => n is WeightedFusionNode);
    }

    [Fact]
    public void Fixed_maps_of_different_strides_have_their_own_sizes()
    {
        Check(
            g =>
            {
                var x = g.Input(3);
                g.Output("y", g.Conv2d(x, "a", 2, 3, bias: true));
                g.Output("z", g.Conv2d(x, "b", 2, 3, stride: 2, bias: true));
            },
            ("a", [0, 1]),
            ("b", [0, 1]));
    }

    [Fact]
    public void One_channel_of_a_fixed_max_out_can_be_added_to_a_live_one()
    {
        Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 2, 3);
                var border = Layer(g, Layer(g, x, "b", 2, 3), "c", 3, 3);
                g.Output("y", g.Conv2d(g.Add(g.MaxOut(border), x, "add"), "d", 2, 3, padding: 1));
            },
            ("a", [0]),
            ("b", [0, 1]));
    }

    [Fact]
    public void Fusion_upsampling_and_cascaded_concats_keep_track_of_channels()
    {
        Check(
            g =>
            {
                var fine = Layer(g, g.Input(3), "a", 4, 3);
                var coarse = Layer(g, fine, "b", 4, 3, stride: 2);
                var fused = g.Fuse(fine, g.Upsample(coarse, fine, UpsampleMode.Nearest), "w", 1, 3);
                var first = g.Concat("first", fused, Layer(g, fused, "c", 3, 3));
                var second = g.Concat("second", first, g.Upsample(coarse, fine, UpsampleMode.Bilinear), first);
                g.Output("y", g.Conv2d(g.Relu(second), "d", 2, 3, padding: 1));
            },
            ("a", [0, 3]),
            ("b", [1, 3]),
            ("c", [0, 2]));
    }

    [Fact]
    public void A_shared_layer_is_stored_once_though_its_inputs_differ_from_use_to_use()
    {
        var compacted = Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 6, 3);
                for (var pass = 0; pass < 3; pass++)
                {
                    var y = Layer(g, x, "b", 6, 3);
                    x = pass == 0 ? y : g.Add(y, x, "add");
                    x = Layer(g, x, "c", 6, 3, stride: 2);
                }

                g.Output("y", g.Conv2d(x, "d", 2, 3, padding: 1));
            },
            ("a", [0, 1, 2]),
            ("b", [0, 5]),
            ("c", [2, 4, 5]));
        var names = compacted.Network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight).Select(p => p.Name);
        Assert.Equal(["a.weight", "b.weight", "c.weight", "d.weight"], names.Where(n => !n.Contains("fixed", StringComparison.Ordinal)));
        Assert.Equal(3, compacted.Network.Nodes.OfType<Conv2dNode>().Count(n => n.Weight == "b.weight"));
        // a is live in 3, 4, 5 and c in 0, 1, 3: b reads what is live at either use.
        Assert.Equal([4, 5, 3, 3], compacted.Network.Parameter("b.weight").Shape.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Layers_that_lose_all_filters_still_give_the_right_answer(int width)
    {
        Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", width, 3);
                var y = Layer(g, Layer(g, x, "b", width, 3, stride: 2), "c", width, 3);
                g.Output("y", g.Conv2d(g.Concat("join", g.Upsample(y, x, UpsampleMode.Bilinear), x), "d", 2, 3, padding: 1));
                g.Output("z", y);
            },
            ("b", [.. Enumerable.Range(0, width)]));
    }

    [Fact]
    public void A_network_of_zeros_only_is_still_a_network_of_every_size()
    {
        var all = Enumerable.Range(0, 4).ToArray();
        var compacted = Check(
            g =>
            {
                var x = Layer(g, Layer(g, g.Input(3), "a", 4, 3, stride: 2), "b", 4, 3);
                var y = Layer(g, g.Add(x, Layer(g, x, "c", 4, 3), "add"), "c", 4, 3);
                g.Output("y", Layer(g, y, "d", 4, 3, stride: 2));
                g.Output("z", g.MaxOut(y));
            },
            ("a", all),
            ("c", [1]));
        Assert.Equal(0, NetworkCosts.CountMacs(compacted.Network, 9, 7));
        Assert.All(["a", "b", "c", "d"], layer => Assert.Empty(compacted.Info.KeptFilters[layer]));
    }

    [Fact]
    public void Results_keep_all_their_channels_whatever_was_pruned()
    {
        var compacted = Check(
            g =>
            {
                var x = Layer(g, g.Input(3), "a", 4, 3);
                var loc = g.Conv2d(x, "loc.0", 4, 3, padding: 1, bias: true);
                var conf = g.Conv2d(x, "conf.0", 4, 3, padding: 1, bias: true);
                g.Output("loc_0", loc);
                g.Output("features", x);
                g.Level(4, [16], loc, g.MaxOut(conf));
            },
            ("a", [1, 2]),
            ("loc.0", [0, 3]),
            ("conf.0", [1]));
        Assert.Equal([4, 4], compacted.Network.Outputs.Select(o => compacted.Network.ChannelsOf(o.Node)));
        Assert.Equal([2, 2, 3, 3], compacted.Network.Parameter("loc.0.weight").Shape.ToArray());
        Assert.Equal([3, 2, 3, 3], compacted.Network.Parameter("conf.0.weight").Shape.ToArray());
    }

    [Fact]
    public void Compacting_again_changes_nothing_and_the_kept_filters_stay_those_of_the_original()
    {
        static string Describe(Model model) =>
            string.Join("; ", model.Info.KeptFilters.Select(k => $"{k.Key}: {string.Join(' ', k.Value)}"));

        static void Build(NetworkBuilder g)
        {
            var x = Layer(g, g.Input(3), "a", 6, 3);
            var sum = g.Add(Layer(g, x, "b", 6, 3), x, "add");
            g.Output("y", g.Conv2d(sum, "c", 2, 3, padding: 1));
        }

        var once = Check(Build, ("a", [0, 1, 5]), ("b", [1, 2]));
        var twice = Compactor.Compact(once);
        Assert.Equal(Describe(once), Describe(twice));
        Assert.Equal([0, 3, 4, 5], once.Info.KeptFilters["b"].ToArray());
        Assert.Equal(ModelSize.Of(once, 9, 7), ModelSize.Of(twice, 9, 7));
        Assert.Equal(2, twice.Info.Provenance.Length);
        Assert.StartsWith("compacted from ", twice.Info.Provenance[0], StringComparison.Ordinal);

        // Pruned again in the compacted numbering: filter 1 of b is the original's filter 3.
        var pruned = new FilterMask([KeyValuePair.Create("b", ImmutableArray.Create(1))]).Apply(once);
        Assert.Equal([0, 4, 5], Compactor.Compact(pruned).Info.KeptFilters["b"].ToArray());
    }

    [Theory]
    [InlineData(9e-11f)]
    [InlineData(-1e-30f)]
    [InlineData(1e-42f)]
    public void Filters_whose_weights_are_all_next_to_nothing_go_and_the_outputs_stay(float weight)
    {
        var compacted = Check(
            g => g.Output("y", g.Relu(g.Conv2d(Layer(g, g.Input(3), "a", 4, 3), "b", 5, kernel: 3, padding: 1))),
            model => Weaken(model, weight, gamma: 1));
        Assert.Equal([5, 3, 3, 3], compacted.Network.Parameter("b.weight").Shape.ToArray());
    }

    [Theory]
    [InlineData(1e-6f, 1)]
    [InlineData(9e-11f, 1e6f)]
    public void Small_weights_that_a_batch_norm_makes_matter_stay(float weight, float gamma)
    {
        var compacted = Check(
            g => g.Output("y", g.Conv2d(Layer(g, g.Input(3), "a", 4, 3), "b", 5, kernel: 3, padding: 1)),
            model => Weaken(model, weight, gamma));
        Assert.Equal([5, 4, 3, 3], compacted.Network.Parameter("b.weight").Shape.ToArray());
    }

    /// <summary>Sets all weights of one filter of layer a, and what its batch norm multiplies them by.</summary>
    private static void Weaken(Model model, float weight, float gamma)
    {
        model.Weights["a.weight"].Data.AsSpan(2 * 27, 27).Fill(weight);
        (model.Weights["a_norm.weight"].Data[2], model.Weights["a_norm.running_var"].Data[2]) = (gamma, 1);
    }

    /// <summary>Squeeze and excitation.</summary>
    private static int Excite(NetworkBuilder g, int x)
    {
        var squeezed = g.Relu(g.Conv2d(g.GlobalAveragePool(x), "squeeze", 4, 1));
        return g.Multiply(x, g.Sigmoid(g.Conv2d(squeezed, "excite", g.ChannelsOf(x), 1, bias: true)), "excited");
    }

    /// <summary>Convolution with "same" padding, batch norm with shifts, ReLU.</summary>
    private static int Layer(NetworkBuilder g, int input, string name, int channels, int kernel, int stride = 1, int groups = 1) =>
        g.Relu(g.BatchNorm(g.Conv2d(input, name, channels, kernel, stride, kernel / 2, groups), name + "_norm"));

    private static Model Check(Action<NetworkBuilder> describe, params (string Layer, int[] Filters)[] pruned) => Check(describe, _ => { }, pruned);

    private static Model Check(Action<NetworkBuilder> describe, Action<Model> change, params (string Layer, int[] Filters)[] pruned)
    {
        var g = new NetworkBuilder("test");
        describe(g);
        var model = PositiveShifts(RandomWeights.Fill(g.Build(), 7));
        change(model);
        var masked = new FilterMask(pruned.Select(p => KeyValuePair.Create(p.Layer, p.Filters.ToImmutableArray()))).Apply(model);
        var compacted = Compactor.Compact(masked);
        foreach (var (height, width) in new[] { (5, 5), (6, 8), (9, 7), (5, 17) })
            Equality.AssertSame(masked, compacted, Equality.Image(3, height, width, height), $"{height} x {width}");
        return compacted;
    }

    /// <summary>Batch norms whose pruned channels are a constant above zero, which no ReLU hides.</summary>
    private static Model PositiveShifts(Model model)
    {
        foreach (var spec in model.Network.Parameters)
        {
            for (var i = 0; i < spec.Count; i++)
            {
                if (spec.Kind == ParameterKind.NormBeta) model.Weights[spec.Name].Data[i] = 0.25f * (i + 1);
                if (spec.Kind == ParameterKind.NormMean) model.Weights[spec.Name].Data[i] = 0;
            }
        }

        return model;
    }
}
