using System.Diagnostics.CodeAnalysis;
using Secateur.Graph;
using Secateur.Runtime.Steps;
using static System.Runtime.InteropServices.ImmutableCollectionsMarshal;

namespace Secateur.Runtime.Fusion;

/// <summary>Joins chains of depthwise convolutions with those of the 1x1 convolutions around them.</summary>
internal sealed class SeparableFusion
{
    private readonly Network _network;
    private readonly ValueFlow _values;
    private readonly FusedSteps _chains;
    private readonly SeparableConv?[] _separables;
    private readonly int[] _computedBy;

    private SeparableFusion(Network network, ValueFlow values, FusedSteps chains)
    {
        (_network, _values, _chains) = (network, values, chains);
        _separables = new SeparableConv?[network.Nodes.Length];
        _computedBy = [.. chains.ComputedBy];
    }

    /// <summary>The steps with what could be joined.</summary>
    public static FusedSteps Run(Network network, ValueFlow values, FusedSteps chains)
    {
        var fusion = new SeparableFusion(network, values, chains);
        foreach (var chain in chains.Chains.OfType<FusedConv>()) fusion.Join(chain);
        return chains with { Separables = AsImmutableArray(fusion._separables), ComputedBy = AsImmutableArray(fusion._computedBy) };
    }

    private void Join(FusedConv project)
    {
        if (project.Afterwards is not null || !IsPointwise(project) || !Precedes(project, out var depthwise) || !IsDepthwise(depthwise)) return;

        // What is added to the depthwise sums can go through the projection to its sums, but not through an activation.
        if (depthwise is not ({ Starts: [] } or { Activation: null })) return;
        var expand = Precedes(depthwise, out var before) && IsPointwise(before) && before.Starts is [] ? before : null;
        _separables[project.Last] = new SeparableConv(expand, depthwise, project);
        for (var i = 0; i < project.Last; i++)
        {
            if (_computedBy[i] == depthwise.Last || _computedBy[i] == expand?.Last) _computedBy[i] = project.Last;
        }
    }

    /// <summary>Finds the chain that computes nothing but what <paramref name="chain"/> reads, and merges it with nothing.</summary>
    private bool Precedes(FusedConv chain, [NotNullWhen(true)] out FusedConv? before)
    {
        var source = _values.Source(_network.Nodes[chain.Node].Inputs[0]);
        before = _chains.Chains[source];
        return before is { Merge: null, Afterwards: null } && _separables[source] is null && !_values.IsResult(source) && _values.Readers(source).Count == 1;
    }

    private bool IsPointwise(FusedConv chain) =>
        _network.GeometryOf((Conv2dNode)_network.Nodes[chain.Node]) is { Kernel: 1, Stride: 1, Padding: 0, Groups: 1 };

    private bool IsDepthwise(FusedConv chain)
    {
        var node = (Conv2dNode)_network.Nodes[chain.Node];
        return _network.Parameter(node.Weight).Shape is [var outputs, 1, _, _] && outputs == node.Groups && SeparableStep.Covers(_network.GeometryOf(node));
    }
}
