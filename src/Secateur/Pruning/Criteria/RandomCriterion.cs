using System.Text;
using Secateur.Kernels;

namespace Secateur.Pruning.Criteria;

/// <summary>The baseline that looks at no weight: the same seed and layer name always give the same scores.</summary>
public sealed class RandomCriterion(int seed) : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override double[] Score(string layer, Tensor weight)
    {
        // Layers of one size must not all lose the same filters; string.GetHashCode differs from run to run, so FNV-1a.
        var hash = 2166136261u ^ (uint)seed;
        foreach (var b in Encoding.UTF8.GetBytes(layer)) hash = (hash ^ b) * 16777619u;
        var random = new SeededRandom((int)hash);
        var scores = new double[weight.Shape[0]];
        for (var j = 0; j < scores.Length; j++) scores[j] = random.NextDouble();
        return scores;
    }
}
