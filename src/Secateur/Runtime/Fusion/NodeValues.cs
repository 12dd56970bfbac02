using Secateur.Graph;

namespace Secateur.Runtime.Fusion;

/// <summary>What a plan must know of the values of each kind of node. A kind that is not named here cannot stand in a plan.</summary>
internal static class NodeValues
{
    /// <summary>Whether a node's values are surely not negative.</summary>
    /// <param name="node">The node.</param>
    /// <param name="known">The same of the nodes before it.</param>
    /// <exception cref="NetworkException">The kind is not known here.</exception>
    public static bool AreNonNegative(Node node, bool[] known) => node switch
    {
        ReluNode or SigmoidNode => true,
        ClipNode n => n.Min >= 0,
        MultiplyNode n => known[n.Input] && known[n.Factor],
        ConcatNode n => n.Parts.All(p => known[p]),
        UpsampleNode or MaxPool2dNode or AveragePool2dNode or GlobalAveragePoolNode => known[node.ValueInputs[0]],
        InputNode or OnesNode or Conv2dNode or PReluNode or MergeNode or SelectNode or MaxOutNode => false,
        _ => throw Unknown(node),
    };

    /// <summary>The error for a kind that is not known.</summary>
    public static NetworkException Unknown(Node node) => new($"'{node.Name}' ({node.GetType().Name}) cannot stand in an inference plan");
}
