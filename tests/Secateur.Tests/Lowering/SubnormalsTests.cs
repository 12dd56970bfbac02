using Secateur.Kernels;
using Secateur.Lowering;
using Secateur.Models;
using Secateur.Tests.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Lowering;

/// <summary>Weights that decay has all but zeroed.</summary>
public class SubnormalsTests
{
    [Fact]
    public void Subnormal_weights_become_zeros_and_nothing_else_does()
    {
        var model = RandomWeights.Fill(Architectures.Create("eresfd"), 11);
        var (name, weight) = model.Weights.First(w => w.Key.EndsWith("res_layer.3.weight", StringComparison.Ordinal));
        var decayed = With(model, name, weight, -1e-41f);
        var form = ModelPasses.Inference.Run(decayed);
        Assert.DoesNotContain(form.Weights.Values.SelectMany(w => w.Data), float.IsSubnormal);
        Equality.AssertSame(decayed, form, Equality.Image(3, 40, 56, 1), "40 x 56");
        var zeroed = ModelPasses.Inference.Run(With(model, name, weight, 0));
        Assert.All(zeroed.Weights, w => Assert.Equal(w.Value.Data, form.Weights[w.Key].Data));
    }

    /// <summary>The model with half of a weight set to a value.</summary>
    private static Model With(Model model, string name, Tensor weight, float value)
    {
        var changed = weight.Clone();
        changed.Data.AsSpan(0, changed.Length / 2).Fill(value);
        return new Model(model.Network, new Dictionary<string, Tensor>(model.Weights) { [name] = changed }, model.Info);
    }
}
