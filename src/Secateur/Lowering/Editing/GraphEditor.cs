using Secateur.Graph;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Lowering.Editing;

/// <summary>
/// The one way to rewrite a model: nodes and tensors are appended, names become unique, equal tensors of one name stay shared; at the end results are found
/// at their new places, and what no result needs is left out.
/// </summary>
internal sealed class GraphEditor
{
    private readonly List<Node> _nodes = [];
    private readonly UniqueNames _names = new();
    private readonly Dictionary<string, HashSet<string>> _layers = [];

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The tensors so far.</summary>
    public ParameterPool Parameters { get; } = new();

    /// <summary>Appends a node whose parameters are there and returns its position.</summary>
    /// <param name="node">The node, over positions here.</param>
    public int Append(Node node)
    {
        _nodes.Add(node with { Name = _names.Take(node.Name) });
        return _nodes.Count - 1;
    }

    /// <summary>Appends a node over the original's parameters.</summary>
    public int Append(Node node, Model original)
    {
        var copy = Parameters.AddParametersOf(original, node);
        return node is Conv2dNode from && copy is Conv2dNode to ? AppendLayer(to, from.Layer) : Append(copy);
    }

    /// <summary>Appends a convolution that does what a layer of the original did, under whatever name.</summary>
    public int AppendLayer(Conv2dNode node, string original)
    {
        if (!_layers.TryGetValue(original, out var layers)) _layers.Add(original, layers = []);
        layers.Add(node.Layer);
        return Append(node);
    }

    /// <summary>The finished model.</summary>
    /// <param name="original">Whose outputs and head it has.</param>
    /// <param name="position">Where a node of the original is now; may append.</param>
    /// <param name="info">What belongs to the model beside network and weights.</param>
    /// <exception cref="NetworkException">The network breaks a rule.</exception>
    public Model Finish(Network original, Func<int, int> position, ModelInfo info)
    {
        var outputs = original.Outputs.Select(o => o with { Node = position(o.Node) }).ToList();
        var head = original.Head.Rewire(position);
        var needed = FindNeeded(outputs.Select(o => o.Node).Concat(head.Results));
        var place = new int[needed.Length];
        for (var v = 1; v < place.Length; v++) place[v] = place[v - 1] + (needed[v - 1] ? 1 : 0);
        var nodes = _nodes.Where((_, v) => needed[v]).Select(n => n.Rewire(p => place[p])).ToList();
        var parameters = nodes.SelectMany(n => n.Parameters).ToHashSet();
        var layers = nodes.OfType<Conv2dNode>().Select(c => c.Layer).ToHashSet();
        var network = new Network(
            original.Architecture,
            nodes,
            Parameters.Specs.Where(s => parameters.Contains(s.Name)),
            outputs.Select(o => o with { Node = place[o.Node] }),
            head.Rewire(p => place[p]) with { Layers = [.. head.Layers.SelectMany(l => _layers.GetValueOrDefault(l, [])).Where(layers.Contains)] });
        return new Model(network, Parameters.Tensors.Where(t => parameters.Contains(t.Key)), info);
    }

    private bool[] FindNeeded(IEnumerable<int> results)
    {
        var needed = _nodes.Select(n => n is InputNode).ToArray();
        foreach (var result in results) needed[result] = true;
        for (var v = needed.Length - 1; v >= 0; v--)
        {
            if (!needed[v]) continue;
            foreach (var input in _nodes[v].Inputs) needed[input] = true;
        }

        return needed;
    }
}
