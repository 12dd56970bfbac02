using System.Collections.Immutable;

namespace Secateur.Graph;

/// <summary>Finds the nodes whose result depends on the input's size only, not on its pixels: what follows from <see cref="OnesNode"/> alone.</summary>
public static class FixedNodes
{
    /// <summary>For each node, whether it is the same for all images of one size.</summary>
    public static ImmutableArray<bool> Find(Network network)
    {
        var isFixed = new bool[network.Nodes.Length];
        for (var i = 0; i < isFixed.Length; i++)
        {
            isFixed[i] = network.Nodes[i] is not InputNode && network.Nodes[i].ValueInputs.All(input => isFixed[input]);
        }

        return [.. isFixed];
    }
}
