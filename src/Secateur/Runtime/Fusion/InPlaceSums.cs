using Secateur.Graph;

namespace Secateur.Runtime.Fusion;

/// <summary>Finds sums that may be written over one of their operands.</summary>
internal sealed class InPlaceSums(Network network, ValueFlow values, FusedSteps steps)
{
    /// <summary>The operand over which the sum <paramref name="node"/> may be written, channel by channel: nobody reads it at the same time or later.</summary>
    public MergeOperand? Overwritten(int node)
    {
        if (network.Nodes[node] is not MergeNode merge) return null;
        if (steps.Chains[node] is { } chain) return Overwritten(chain);
        return IsLastReader(merge.A.Node, node) ? merge.A : IsLastReader(merge.B.Node, node) ? merge.B : null;
    }

    private MergeOperand? Overwritten(FusedConv chain) =>
        chain.Merge is { } merge
        && IsLastReader(merge.Other.Node, chain.Last)
        && values.Source(network.Nodes[chain.Node].Inputs[0]) != values.Source(merge.Other.Node) ? merge.Other : null;

    private bool IsLastReader(int input, int node)
    {
        var value = values.Source(input);
        return !values.IsFixed(value)
            && !values.IsResult(value)
            && network.Nodes[value] is not (InputNode or ConcatNode or SelectNode)
            && !values.Readers(value).Any(r => network.Nodes[r] is ConcatNode)
            && values.Readers(value).All(r => steps.ComputedBy[r] <= node)
            && values.Readers(value).Count(r => steps.ComputedBy[r] == node) == (ReadsAside(node, value) ? 2 : 1);
    }

    /// <summary>Whether a separable convolution of stride 1 reads the value: tiles of it are put aside before anything is written over them.</summary>
    private bool ReadsAside(int node, int value) =>
        steps.Separables[node] is { } separable
        && values.Holder(network.Nodes[separable.First.Node].Inputs[0]) == value
        && ((Conv2dNode)network.Nodes[separable.Depthwise.Node]).Stride == 1;
}
