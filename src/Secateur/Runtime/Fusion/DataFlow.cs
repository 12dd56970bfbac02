using System.Diagnostics.CodeAnalysis;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Fusion;

/// <summary>
/// What an inference plan must know of a network: which nodes are needed, who reads whose values, which nodes a convolution takes over.
/// A ReLU of what cannot be negative is the same as its input.
/// </summary>
internal sealed class DataFlow
{
    private readonly Network _network;
    private readonly int[] _source;
    private readonly List<int>[] _readers;

    public DataFlow(Network network)
    {
        _network = network;
        var count = network.Nodes.Length;
        IsStatic = [.. ImageIndependence.Find(network)];
        _source = Arrays.Of(count, i => i);
        _readers = Arrays.Of(count, _ => new List<int>());
        IsResult = new bool[count];
        IsNeeded = new bool[count];
        Chains = new FusedConv?[count];
        Separables = new SeparableConv?[count];
        Convolutions = new FusedConv[]?[count];
        ComputedBy = Arrays.Of(count, i => i);
        FindIdleRelus();
        FindNeeded();
        for (var i = 0; i < count; i++)
        {
            if (IsNeeded[i] && !IsStatic[i] && network.Nodes[i] is Conv2dNode && Source(i) == i) Fuse(i);
        }

        foreach (var chain in Chains.OfType<FusedConv>().ToList()) JoinSeparable(chain);
        foreach (var siblings in SiblingConvs.Group(network, this)) Schedule(siblings);
    }

    /// <summary>Whether the node depends on the input's size only.</summary>
    public bool[] IsStatic { get; }

    /// <summary>Whether the node is an output or belongs to a detection level.</summary>
    public bool[] IsResult { get; }

    /// <summary>Whether some result depends on the node.</summary>
    public bool[] IsNeeded { get; }

    /// <summary>For the last node of a chain, the chain.</summary>
    public FusedConv?[] Chains { get; }

    /// <summary>For the last node of a depthwise convolution with 1x1 convolutions around it, those.</summary>
    public SeparableConv?[] Separables { get; }

    /// <summary>For a node at whose turn a step computes convolutions, their chains: one, or siblings.</summary>
    public FusedConv[]?[] Convolutions { get; }

    /// <summary>The node at whose turn a node's value is read: its own position, or that of the step that it is part of.</summary>
    public int[] ComputedBy { get; }

    /// <summary>The node that holds the value of <paramref name="node"/>: itself, but for ReLUs that do nothing.</summary>
    public int Source(int node) => _source[node];

    /// <summary>The node whose map holds the value of <paramref name="node"/>: its source, or what that selects from.</summary>
    public int Holder(int node)
    {
        // A loop: a model file may hold thousands of selections.
        var source = Source(node);
        while (_network.Nodes[source] is SelectNode select) source = Source(select.Input);
        return source;
    }

    /// <summary>The nodes that read the value of <paramref name="node"/>; one that reads it twice appears twice.</summary>
    public IReadOnlyList<int> Readers(int node) => _readers[node];

    /// <summary>The inputs whose values a node reads; of some it only takes the size.</summary>
    public static IEnumerable<int> ValueInputs(Node node) => node switch
    {
        OnesNode => [],
        UpsampleNode n => [n.Input],
        _ => node.Inputs,
    };

    /// <summary>The operand over which the sum <paramref name="node"/> may be written, channel by channel: nobody reads it at the same time or later.</summary>
    public MergeOperand? Overwritten(int node)
    {
        if (_network.Nodes[node] is not MergeNode merge) return null;
        if (Chains[node] is { } chain)
            return IsLastReader(chain.Other.Node, node) && Source(_network.Nodes[chain.Node].Inputs[0]) != Source(chain.Other.Node) ? chain.Other : null;
        return IsLastReader(merge.A.Node, node) ? merge.A : IsLastReader(merge.B.Node, node) ? merge.B : null;
    }

    private bool IsLastReader(int input, int node)
    {
        var value = Source(input);
        return !IsStatic[value]
            && !IsResult[value]
            && _network.Nodes[value] is not (InputNode or ConcatNode or SelectNode)
            && !Readers(value).Any(r => _network.Nodes[r] is ConcatNode)
            && Readers(value).All(r => ComputedBy[r] <= node)
            && Readers(value).Count(r => ComputedBy[r] == node) == (ReadsAside(node, value) ? 2 : 1);
    }

    /// <summary>Whether a separable convolution of stride 1 reads the value: tiles of it are put aside before anything is written over them.</summary>
    private bool ReadsAside(int node, int value) =>
        Separables[node] is { } separable
        && Holder(_network.Nodes[separable.First.Node].Inputs[0]) == value
        && ((Conv2dNode)_network.Nodes[separable.Depthwise.Node]).Stride == 1;

    private void FindIdleRelus()
    {
        var nonNegative = new bool[_source.Length];
        for (var i = 0; i < nonNegative.Length; i++)
        {
            switch (_network.Nodes[i])
            {
                case ReluNode relu:
                    if (nonNegative[relu.Input]) _source[i] = _source[relu.Input];
                    nonNegative[i] = true;
                    break;
                case ConcatNode concat:
                    nonNegative[i] = concat.Parts.All(p => nonNegative[p]);
                    break;
                case UpsampleNode upsample:
                    nonNegative[i] = nonNegative[upsample.Input];
                    break;
            }
        }
    }

    private void FindNeeded()
    {
        foreach (var result in _network.Results) IsResult[Source(result)] = true;
        for (var i = _source.Length - 1; i >= 0; i--)
        {
            if (Source(i) != i) continue;
            IsNeeded[i] |= IsResult[i];
            if (!IsNeeded[i]) continue;
            if (_network.Nodes[i] is SelectNode select)
            {
                // A selection is a view: its readers read its input, and it is a result in its input's place.
                IsNeeded[Source(select.Input)] = true;
                IsResult[Source(select.Input)] |= IsResult[i];
                _readers[Source(select.Input)].AddRange(_readers[i]);
                continue;
            }

            foreach (var input in ValueInputs(_network.Nodes[i]))
            {
                IsNeeded[Source(input)] = true;
                _readers[Source(input)].Add(i);
            }
        }
    }

    private void Fuse(int conv)
    {
        var chain = new FusedConv(conv);
        var taken = new List<int>();
        while (chain.Merge is null && !IsResult[chain.Last] && Readers(chain.Last) is [var next] && ComputedBy[next] == next && Chains[next] is null && TryTake(chain, next))
        {
            taken.Add(chain.Last);
            chain.Last = next;
        }

        foreach (var node in taken) ComputedBy[node] = chain.Last;
        Chains[chain.Last] = chain;
    }

    private void JoinSeparable(FusedConv project)
    {
        if (!IsPointwise(project) || !Precedes(project, out var depthwise) || !IsDepthwise(depthwise)) return;

        // What is added to the depthwise sums can go through the projection to its sums, but not through an activation.
        if (depthwise is not ({ Starts: [] } or { Activation: null })) return;
        var expand = Precedes(depthwise, out var before) && IsPointwise(before) && before.Starts is [] ? before : null;
        var joined = new SeparableConv(expand, depthwise, project);
        Separables[project.Last] = joined;
        for (var i = 0; i < project.Last; i++)
        {
            if (ComputedBy[i] == depthwise.Last || ComputedBy[i] == expand?.Last) ComputedBy[i] = project.Last;
        }
    }

    /// <summary>Siblings are computed as soon as the first of them is needed.</summary>
    private void Schedule(FusedConv[] siblings)
    {
        var turn = siblings.Min(chain => chain.Last);
        for (var i = 0; i < ComputedBy.Length; i++)
        {
            if (siblings.Any(chain => ComputedBy[i] == chain.Last)) ComputedBy[i] = turn;
        }

        Convolutions[turn] = siblings;
    }

    /// <summary>Finds the chain that computes nothing but what <paramref name="chain"/> reads, and merges it with nothing.</summary>
    private bool Precedes(FusedConv chain, [NotNullWhen(true)] out FusedConv? before)
    {
        var source = Source(_network.Nodes[chain.Node].Inputs[0]);
        before = Chains[source];
        return before is { Merge: null } && Separables[source] is null && !IsResult[source] && Readers(source).Count == 1;
    }

    private bool IsPointwise(FusedConv chain) =>
        _network.GeometryOf((Conv2dNode)_network.Nodes[chain.Node]) is { Kernel: 1, Stride: 1, Padding: 0, Groups: 1 };

    private bool IsDepthwise(FusedConv chain)
    {
        var node = (Conv2dNode)_network.Nodes[chain.Node];
        return _network.Parameter(node.Weight).Shape is [var outputs, 1, _, _] && outputs == node.Groups && SeparableStep.Covers(_network.GeometryOf(node));
    }

    private bool TryTake(FusedConv chain, int next)
    {
        if (!ValueInputs(_network.Nodes[next]).Any(input => Source(input) == chain.Last)) return false;
        switch (_network.Nodes[next])
        {
            case ReluNode or PReluNode when chain.Activation is null:
                chain.Activation = _network.Nodes[next];
                return true;
            case MergeNode merge:
                var ownIsA = Source(merge.A.Node) == chain.Last;
                var (own, other) = ownIsA ? (merge.A, merge.B) : (merge.B, merge.A);
                if (IsStatic[other.Node])
                {
                    if (merge is not AddNode || chain.Activation is not null || !own.Channels.IsEmpty) return false;
                    chain.Starts.Add(other);
                    return true;
                }

                (chain.Merge, chain.Own, chain.Other) = (merge, own, other);
                return true;
            default:
                return false;
        }
    }
}
