using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Runtime.Fusion;

/// <summary>A convolution and the nodes behind it that its kernel takes over: [adds of static maps] [activation] [add or fusion].</summary>
internal sealed class FusedConv(int node)
{
    /// <summary>The convolution.</summary>
    public int Node { get; } = node;

    /// <summary>The last node of the chain: the kernel computes its result.</summary>
    public int Last { get; set; } = node;

    /// <summary>The static operands of the first adds.</summary>
    public List<MergeOperand> Starts { get; } = [];

    /// <summary>The activation, or null.</summary>
    public Node? Activation { get; set; }

    /// <summary>The merge at the end, or null.</summary>
    public MergeNode? Merge { get; set; }

    /// <summary>The operand of <see cref="Merge"/> that the chain computes.</summary>
    public MergeOperand Own { get; set; }

    /// <summary>The other operand.</summary>
    public MergeOperand Other { get; set; }

    /// <summary>For each channel of the convolution, the channel of the merge.</summary>
    public ImmutableArray<int> TargetChannels(int channels) =>
        Merge is null || Own.Channels.IsEmpty ? ImmutableCollectionsMarshal.AsImmutableArray(Arrays.Of(channels, c => c)) : Own.Channels;
}
