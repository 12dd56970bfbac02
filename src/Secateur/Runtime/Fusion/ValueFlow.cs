using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Runtime.Fusion;

/// <summary>Where the values of a network come from, which are needed, and who reads them.</summary>
internal sealed class ValueFlow
{
    private readonly Network _network;
    private readonly ImmutableArray<bool> _isFixed;
    private readonly int[] _sources;
    private readonly bool[] _isResult;
    private readonly bool[] _isNeeded;
    private readonly List<int>[] _readers;

    public ValueFlow(Network network)
    {
        var count = network.Nodes.Length;
        _network = network;
        _isFixed = FixedNodes.Find(network);
        _sources = IdleRelus.FindSources(network);
        _isResult = new bool[count];
        _isNeeded = new bool[count];
        _readers = Arrays.Of(count, _ => new List<int>());
        foreach (var result in network.Results) _isResult[Source(result)] = true;
        for (var i = count - 1; i >= 0; i--)
        {
            if (Source(i) != i) continue;
            _isNeeded[i] |= _isResult[i];
            if (_isNeeded[i]) TellInputs(i);
        }
    }

    /// <summary>Whether the node depends on the input's size only.</summary>
    public bool IsFixed(int node) => _isFixed[node];

    /// <summary>Whether the node is an output or belongs to a detection level.</summary>
    public bool IsResult(int node) => _isResult[node];

    /// <summary>Whether the node has a value of its own that depends on the image, and some result depends on that.</summary>
    public bool IsComputed(int node) => _isNeeded[node] && !_isFixed[node] && Source(node) == node;

    /// <summary>The node that holds the value of <paramref name="node"/>: itself, but for ReLUs that do nothing.</summary>
    public int Source(int node) => _sources[node];

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

    private void TellInputs(int node)
    {
        if (_network.Nodes[node] is SelectNode select)
        {
            // A selection is a view: its readers read its input, and it is a result in its input's place.
            _isNeeded[Source(select.Input)] = true;
            _isResult[Source(select.Input)] |= _isResult[node];
            _readers[Source(select.Input)].AddRange(_readers[node]);
            return;
        }

        foreach (var input in _network.Nodes[node].ValueInputs)
        {
            _isNeeded[Source(input)] = true;
            _readers[Source(input)].Add(node);
        }
    }
}
