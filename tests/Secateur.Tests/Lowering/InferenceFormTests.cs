using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Tests.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Lowering;

/// <summary>The form in which a model runs: what it saves beside its file, and that it computes the same.</summary>
public class InferenceFormTests
{
    [Fact]
    public void Each_use_of_a_compacted_layer_reads_what_is_not_fixed_there()
    {
        var file = Compactor.Compact(Masked("extd64"));
        var form = ModelPasses.Inference.Run(file);
        Assert.Single(ShapesOf(file, "base.2.conv.0"));
        Assert.True(ShapesOf(form, "base.2.conv.0").Length > 1, "all uses read as many channels");
        Assert.True(NetworkCosts.CountMacs(form.Network, 480, 640) < 0.97 * NetworkCosts.CountMacs(file.Network, 480, 640));
        foreach (var (height, width) in new[] { (9, 13), (33, 19) })
            Equality.AssertSame(file, form, Equality.Image(3, height, width, 1), $"{height} x {width}");
    }

    [Fact]
    public void Random_networks_compute_the_same_and_never_cost_more()
    {
        var rewritten = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var file = Compactor.Compact(RandomNetworks.Create(seed));
            var form = ModelPasses.Inference.Run(file);
            if (form.Weights.Values.All(file.Weights.Values.Contains)) continue;
            var image = Equality.Image(file.Network.Nodes.OfType<InputNode>().Single().Channels, 13, 10, seed);
            try
            {
                NetworkShapes.Infer(file.Network, image.Height, image.Width);
            }
            catch (NetworkException)
            {
                continue;
            }

            Equality.AssertSame(file, form, image, $"seed {seed}");
            Assert.True(NetworkCosts.CountMacs(form.Network, 13, 10) <= NetworkCosts.CountMacs(file.Network, 13, 10), $"seed {seed} costs more");
            rewritten++;
        }

        Assert.True(rewritten >= 10, $"only {rewritten} networks were rewritten");
    }

    [Fact]
    public void A_layer_that_is_used_once_is_as_compaction_left_it()
    {
        var file = Compactor.Compact(Masked("eresfd"));
        Assert.Contains(file.Network.Nodes, n => n is OnesNode);
        Assert.All(ModelPasses.Inference.Run(file).Weights, weight => Assert.Same(file.Weights[weight.Key], weight.Value));
    }

    [Fact]
    public void A_masked_detector_costs_what_the_original_does()
    {
        var model = Masked("extd64");
        Assert.Equal(NetworkCosts.CountMacs(model.Network, 480, 640), NetworkCosts.CountMacs(ModelPasses.Inference.Run(model).Network, 480, 640));
    }

    private static Model Masked(string architecture)
    {
        var model = RandomWeights.Fill(Architectures.Create(architecture), 11);
        return new PruningPlan(0.5).Select(model, new GeometricMedian()).Apply(model);
    }

    /// <summary>The different shapes of the weights of a layer's uses.</summary>
    private static (int Outputs, int Inputs)[] ShapesOf(Model model, string layer) =>
    [
        .. model.Network.Nodes.OfType<Conv2dNode>()
            .Where(conv => conv.Name.Split('@')[0] == layer)
            .Select(conv => model.Network.Parameter(conv.Weight).Shape)
            .Select(shape => (shape[0], shape[1]))
            .Distinct(),
    ];
}
