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
        var form = InferenceForm.Of(file);
        Assert.Single(ShapesOf(file, "base.2.conv.0"));
        var shapes = ShapesOf(form, "base.2.conv.0");
        Assert.True(shapes.Length > 1, "all uses read as many channels");

        // What one use alone computes is a part of what the shared weight holds.
        var shared = ShapesOf(file, "base.2.conv.0").Single();
        Assert.All(shapes, shape => Assert.True(shape.Outputs <= shared.Outputs && shape.Inputs <= shared.Inputs, $"{shape} of {shared}"));
        Assert.True(NetworkCosts.CountMacs(form.Network, 480, 640) < 0.97 * NetworkCosts.CountMacs(file.Network, 480, 640));
        foreach (var (height, width) in new[] { (9, 13), (33, 19) })
            Equality.AssertSame(file, form, Equality.Image(3, height, width, 1), $"{height} x {width}");
    }

    [Fact]
    public void A_layer_that_is_used_once_is_as_compaction_left_it()
    {
        var file = Compactor.Compact(Masked("eresfd"));
        Assert.Contains(file.Network.Nodes, n => n is OnesNode);
        Assert.Equal(file.Network.Nodes.Select(n => n.Name), InferenceForm.Of(file).Network.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void A_masked_detector_costs_what_the_original_does()
    {
        var model = Masked("extd64");
        Assert.Equal(NetworkCosts.CountMacs(model.Network, 480, 640), NetworkCosts.CountMacs(InferenceForm.Of(model).Network, 480, 640));
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
