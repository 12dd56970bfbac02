using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Runtime.Fusion;

/// <summary>Finds the ReLUs of what cannot be negative: they are the same as their inputs.</summary>
internal static class IdleRelus
{
    /// <summary>For each node the one that holds its value: itself, but for ReLUs that do nothing.</summary>
    public static int[] FindSources(Network network)
    {
        var sources = Arrays.Of(network.Nodes.Length, i => i);
        var nonNegative = new bool[sources.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            var node = network.Nodes[i];
            if (node is ReluNode relu && nonNegative[relu.Input]) sources[i] = sources[relu.Input];
            nonNegative[i] = NodeValues.AreNonNegative(node, nonNegative);
        }

        return sources;
    }
}
