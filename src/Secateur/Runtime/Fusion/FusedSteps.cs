using System.Collections.Immutable;
using Secateur.Graph;

namespace Secateur.Runtime.Fusion;

/// <summary>Which nodes the steps of a plan compute together, whatever the input size.</summary>
/// <param name="Chains">For the last node of a chain, the chain.</param>
/// <param name="Separables">For the last node of a depthwise convolution with 1x1 convolutions around it, those.</param>
/// <param name="Convolutions">For a node at whose turn a step computes convolutions, their chains: one, or siblings.</param>
/// <param name="ComputedBy">The node at whose turn a node's value is read: its own position, or that of the step that it is part of.</param>
internal sealed record FusedSteps(
    ImmutableArray<FusedConv?> Chains,
    ImmutableArray<SeparableConv?> Separables,
    ImmutableArray<IReadOnlyList<FusedConv>?> Convolutions,
    ImmutableArray<int> ComputedBy)
{
    /// <summary>Those of a network.</summary>
    public static FusedSteps Of(Network network, ValueFlow values)
    {
        var chains = ChainFusion.Run(network, values);
        var separables = SeparableFusion.Run(network, values, chains);
        return SiblingConvs.Run(network, values, separables);
    }
}
