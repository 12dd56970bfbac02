using Secateur.Graph;

namespace Secateur.Reference;

/// <summary>The definition of a weighted sum of operands that may lack channels.</summary>
public static class MergeReference
{
    /// <summary>
    /// The factors of the two operands: 1 in a sum; in EResFD's weighted fusion (arXiv 2204.01209) the raw weights [2, columns] of a column through
    /// a ReLU, divided by their sum + epsilon, and the quotients again by theirs.
    /// </summary>
    /// <param name="node">The merge.</param>
    /// <param name="parameters">All parameters by name.</param>
    public static (double First, double Second) Factors(MergeNode node, IReadOnlyDictionary<string, double[]> parameters)
    {
        if (node is not WeightedFusionNode fusion) return (1, 1);
        var raw = parameters[fusion.Weights];
        var once = Shares(Math.Max(raw[fusion.Column], 0), Math.Max(raw[(raw.Length / 2) + fusion.Column], 0));
        return Shares(once.First, once.Second);
    }

    /// <summary>sum[map[c]] += factor * x[c].</summary>
    /// <param name="sum">[C, H, W], changed.</param>
    /// <param name="operand">[c, H, W].</param>
    /// <param name="channels">For each channel of the operand the channel of the sum; empty for all in order.</param>
    /// <param name="factor">What the operand is multiplied by.</param>
    public static void Accumulate(Volume sum, Volume operand, ReadOnlySpan<int> channels, double factor)
    {
        for (var c = 0; c < operand.Channels; c++)
        {
            var target = channels.IsEmpty ? c : channels[c];
            for (var y = 0; y < sum.Height; y++)
            {
                for (var x = 0; x < sum.Width; x++) sum[target, y, x] += factor * operand[c, y, x];
            }
        }
    }

    private static (double First, double Second) Shares(double first, double second) =>
        (first / (first + second + WeightedFusionNode.Epsilon), second / (first + second + WeightedFusionNode.Epsilon));
}
