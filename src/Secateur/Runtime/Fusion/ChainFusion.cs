using Secateur.Graph;
using Secateur.Kernels;
using static System.Runtime.InteropServices.ImmutableCollectionsMarshal;

namespace Secateur.Runtime.Fusion;

/// <summary>Finds what the kernels of convolutions take over of the nodes behind them.</summary>
internal sealed class ChainFusion
{
    private readonly Network _network;
    private readonly ValueFlow _values;
    private readonly FusedConv?[] _chains;
    private readonly int[] _computedBy;

    private ChainFusion(Network network, ValueFlow values)
    {
        (_network, _values) = (network, values);
        _chains = new FusedConv?[network.Nodes.Length];
        _computedBy = Arrays.Of(_chains.Length, i => i);
    }

    /// <summary>All chains.</summary>
    public static FusedSteps Run(Network network, ValueFlow values)
    {
        var fusion = new ChainFusion(network, values);
        for (var i = 0; i < fusion._chains.Length; i++)
        {
            if (values.IsComputed(i) && network.Nodes[i] is Conv2dNode) fusion.Fuse(i);
        }

        var count = fusion._chains.Length;
        return new FusedSteps(
            AsImmutableArray(fusion._chains),
            AsImmutableArray(new SeparableConv?[count]),
            AsImmutableArray(new IReadOnlyList<FusedConv>?[count]),
            AsImmutableArray(fusion._computedBy));
    }

    private void Fuse(int conv)
    {
        var chain = new FusedConv(conv);
        var taken = new List<int>();
        while (Next(chain) is { } longer)
        {
            taken.Add(chain.Last);
            chain = longer;
        }

        foreach (var node in taken) _computedBy[node] = chain.Last;
        _chains[chain.Last] = chain;
    }

    /// <summary>The chain with the only reader of what it computes, if the kernel can take that over.</summary>
    private FusedConv? Next(FusedConv chain)
    {
        if (chain.Merge is not null || chain.Afterwards is not null || _values.IsResult(chain.Last) || _values.Readers(chain.Last) is not [var next]) return null;
        if (_computedBy[next] != next || _chains[next] is not null) return null;
        var node = _network.Nodes[next];
        if (!node.ValueInputs.Any(input => _values.Source(input) == chain.Last)) return null;
        return node switch
        {
            ReluNode or PReluNode or ClipNode or SigmoidNode when chain.Activation is not null => null,
            PReluNode n when _network.Parameter(n.Slope).Count > 1 => chain with { Last = next, Afterwards = n },
            ReluNode or PReluNode => chain with { Last = next, Activation = node },
            ClipNode or SigmoidNode => chain with { Last = next, Afterwards = node },
            MergeNode merge => With(chain, next, merge),
            InputNode or OnesNode or Conv2dNode or UpsampleNode or MaxPool2dNode or ConcatNode or SelectNode or MaxOutNode => null,
            MultiplyNode or AveragePool2dNode or GlobalAveragePoolNode => null,
            _ => throw NodeValues.Unknown(node),
        };
    }

    private FusedConv? With(FusedConv chain, int next, MergeNode merge)
    {
        var ownIsA = _values.Source(merge.A.Node) == chain.Last;
        var (own, other) = ownIsA ? (merge.A, merge.B) : (merge.B, merge.A);
        if (!_values.IsFixed(other.Node)) return chain with { Last = next, Merge = new FusedMerge(merge, own, other) };
        if (merge is not AddNode || chain.Activation is not null || !own.Channels.IsEmpty) return null;
        return chain with { Last = next, Starts = chain.Starts.Add(other) };
    }
}
