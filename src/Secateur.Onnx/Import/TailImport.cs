using Secateur.Graph;
using Secateur.Onnx.Format;

namespace Secateur.Onnx.Import;

/// <summary>Cuts an ONNX graph where the network ends: the network's outputs are the maps that the rest, or the user, reads.</summary>
internal sealed class TailImport
{
    private readonly GraphImport _graph;
    private readonly GraphProto _tail = new();
    private readonly Dictionary<int, string> _names = [];
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _flat = new(StringComparer.Ordinal);

    private TailImport(GraphImport graph) => _graph = graph;

    /// <summary>The maps.</summary>
    public List<NetworkOutput> Outputs { get; } = [];

    /// <summary>What reads them.</summary>
    public OnnxTail Tail => OnnxTail.Of(_tail, _graph.Graph.Opset.Nodes);

    /// <summary>The operators of the tail, in the graph's order.</summary>
    public IEnumerable<string> Operators => _tail.Node.Select(n => n.OpType);

    /// <summary>Cuts a graph.</summary>
    public static TailImport Run(GraphImport graph)
    {
        var run = new TailImport(graph);
        run._tail.Input.Add(graph.Graph.Inputs[0]);
        run._tail.Output.AddRange(graph.Graph.Outputs);
        foreach (var output in graph.Graph.Outputs)
        {
            if (run.MapOf(output.Name) is { IsFlat: false } map) run.AddOutput(map.Node, output.Name);
        }

        var wanted = graph.Graph.Outputs.Select(o => o.Name).Where(name => run.MapOf(name) is null or { IsFlat: true }).ToHashSet(StringComparer.Ordinal);
        var nodes = new Stack<NodeProto>();
        foreach (var node in graph.Graph.Nodes.Reverse().Where(n => n.Outputs.Any(wanted.Contains)))
        {
            if (node.Outputs.Any(o => run.MapOf(o) is not null || graph.ValueOf(o) is ImportedValue.Constant)) continue;
            nodes.Push(node.Proto);
            wanted.UnionWith(node.Inputs.Where(i => i.Length > 0));
        }

        foreach (var name in wanted.Where(w => run.MapOf(w) is { IsFlat: true }).Order(StringComparer.Ordinal)) run.Flatten(name);
        foreach (var output in graph.Graph.Outputs.Select(o => o.Name).Where(name => graph.ValueOf(name) is ImportedValue.Constant)) run.AddConstantOutput(output);
        foreach (var node in nodes) run.Add(node);
        return run;
    }

    /// <summary>The map that a value is in the network; null for the image, and for one that is padded.</summary>
    private ImportedValue.Map? MapOf(string name) => _graph.ValueOf(name) is ImportedValue.Map { Node: > 0, Margins: var margins } map && margins == default ? map : null;

    private void AddOutput(int node, string name)
    {
        _names.TryAdd(node, name);
        Outputs.Add(new NetworkOutput(name, node));
    }

    private void Add(NodeProto node)
    {
        var copy = node.Clone();
        for (var i = 0; i < copy.Input.Count; i++)
        {
            var name = copy.Input[i];
            if (_graph.ValueOf(name) is ImportedValue.Constant constant && _constants.Add(name)) _tail.Initializer.Add(constant.Tensor.ToProto(name));
            if (MapOf(name) is not { IsFlat: false } map) continue;
            if (!_names.ContainsKey(map.Node)) AddOutput(map.Node, name);
            copy.Input[i] = _names[map.Node];
        }

        _tail.Node.Add(copy);
    }

    /// <summary>In the network there are maps of one pixel where the graph has features.</summary>
    private void Flatten(string name)
    {
        if (!_flat.Add(name)) return;
        var map = MapOf(name)!;
        if (!_names.ContainsKey(map.Node)) AddOutput(map.Node, _graph.Graph.Fresh(name + ".map"));
        _tail.Node.Add(new NodeProto { OpType = "Flatten", Name = name, Input = { _names[map.Node] }, Output = { name } });
    }

    private void AddConstantOutput(string name)
    {
        var constant = _graph.Graph.Fresh(name + ".constant");
        _tail.Initializer.Add(((ImportedValue.Constant)_graph.ValueOf(name)!).Tensor.ToProto(constant));
        _tail.Node.Add(new NodeProto { OpType = "Identity", Name = name, Input = { constant }, Output = { name } });
    }
}
