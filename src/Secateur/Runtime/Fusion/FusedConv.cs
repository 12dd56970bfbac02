using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Runtime.Fusion;

/// <summary>
/// A convolution and the nodes behind it that its kernel takes over: [adds of fixed maps] [activation] [add or fusion]; or, in place of the last two, an
/// activation that its step does to what the kernel wrote while that is in the cache.
/// </summary>
/// <param name="Node">The convolution.</param>
/// <param name="Last">The last node of the chain: the kernel computes its result.</param>
/// <param name="Starts">The fixed operands of the first adds.</param>
/// <param name="Activation">The activation, or null.</param>
/// <param name="Merge">The merge at the end, or null.</param>
/// <param name="Afterwards">The activation that is not the kernel's, or null.</param>
internal sealed record FusedConv(int Node, int Last, ImmutableArray<MergeOperand> Starts, Node? Activation, FusedMerge? Merge, Node? Afterwards)
{
    /// <summary>A convolution alone.</summary>
    public FusedConv(int node)
        : this(node, node, [], null, null, null)
    {
    }

    /// <summary>For each channel of the convolution, the channel of the merge.</summary>
    public ImmutableArray<int> TargetChannels(int channels) =>
        Merge is null || Merge.Own.Channels.IsEmpty ? ImmutableCollectionsMarshal.AsImmutableArray(Arrays.Of(channels, c => c)) : Merge.Own.Channels;
}

/// <summary>A merge at the end of a chain.</summary>
/// <param name="Node">The merge.</param>
/// <param name="Own">Its operand that the chain computes.</param>
/// <param name="Other">Its other operand.</param>
internal sealed record FusedMerge(MergeNode Node, MergeOperand Own, MergeOperand Other);
