using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pixels;

namespace Secateur.Onnx.Import;

/// <summary>
/// Goes through the nodes of an ONNX graph: constants are computed, what has a form in the product's networks becomes nodes of one. What cannot be
/// taken and has no layer with weights behind it is left to the tail; what has one is a problem.
/// </summary>
internal sealed class GraphImport
{
    // Elements of constants that nodes give, and of those that they read in vain, all together.
    private const long MaxFolded = 1 << 24;

    // Elements of weights, all together.
    private const long ElementsPerByte = 4;
    private const long ElementsOfAny = 1 << 24;

    private const int MaxSteps = 1 << 24;

    /// <summary>Operators with weights: a network ends with the last ones.</summary>
    private static readonly HashSet<string> Weighted =
    [
        "Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "DeformConv", "Gemm", "BatchNormalization", "InstanceNormalization", "GroupNormalization",
        "LayerNormalization", "LSTM", "GRU", "RNN",
    ];

    /// <summary>What makes results of maps, where no weights are behind it.</summary>
    private static readonly HashSet<string> OfResults =
        ["Sigmoid", "HardSigmoid", "Softmax", "Slice", "Split", "Gather", "Sub", "Div", "Neg", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "ReduceMean", "Cast"];

    private readonly Dictionary<string, ImportedValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<OnnxNode> _before = [];
    private readonly ILookup<string, OnnxNode> _readers;
    private readonly Dictionary<object, (string Layer, string Weight, string? Bias)> _layers = [];
    private readonly Dictionary<object, string> _norms = [];
    private readonly HashSet<string> _shared = new(StringComparer.Ordinal);

    // Of each node of the network the value that it last became, and whether those before were read by nobody else.
    private readonly Dictionary<int, (string Value, bool IsOwned)> _results = [];
    private readonly bool _takesResults;
    private long _folded;
    private long _steps;

    private GraphImport(OnnxGraphFile graph, NetworkAssembler network, bool takesResults)
    {
        (Graph, Network, _takesResults) = (graph, network, takesResults);
        foreach (var (name, constant) in graph.Constants) _values.Add(name, new ImportedValue.Constant(constant));
        foreach (var input in graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs.Select(o => o.Name))) _uses[input] = UsesOf(input) + 1;
        _readers = graph.Nodes.SelectMany(n => n.Inputs.Where(i => i.Length > 0).Distinct().Select(i => (i, n))).ToLookup(p => p.i, p => p.n, StringComparer.Ordinal);
        FindBeforeWeights();
    }

    /// <summary>The graph.</summary>
    public OnnxGraphFile Graph { get; }

    /// <summary>The network.</summary>
    public NetworkAssembler Network { get; }

    /// <summary>What cannot be taken: nodes and reasons.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>What was taken as something that is nearly the same.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Whether the graph takes images of one size only.</summary>
    public bool IsOfOneSize => Network.SizesOf(0).Length == 1;

    /// <summary>Translates a graph whose one input is a map.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">Its input.</param>
    /// <param name="channels">The channels of that.</param>
    /// <param name="images">The sizes at which sizes are compared.</param>
    /// <param name="takesResults">Whether the network ends as late as it can.</param>
    public static GraphImport Run(OnnxGraphFile graph, string input, int channels, ImmutableArray<ImageSize> images, bool takesResults)
    {
        var run = new GraphImport(graph, new NetworkAssembler(images, (ElementsPerByte * graph.Bytes) + ElementsOfAny), takesResults);
        run._values.Add(input, new ImportedValue.Map(run.Network.Input(channels)));
        run.Run();
        return run;
    }

    /// <summary>What a value is in the network; null where it is no part of it.</summary>
    public ImportedValue? ValueOf(string name) => _values.GetValueOrDefault(name);

    /// <summary>Counts what is looked at to find the order of nodes, and what maps are joined with.</summary>
    /// <exception cref="InvalidFileException">It would take too long.</exception>
    public void Step(int count)
    {
        _steps += count;
        if (_steps > MaxSteps) throw Graph.Invalid("its maps that are enlarged wait for the sizes of too many others");
    }

    /// <summary>How many read a value, results of the graph included.</summary>
    public int UsesOf(string name) => _uses.GetValueOrDefault(name);

    /// <summary>Notes what holds for images of the graph's size only.</summary>
    public void NoteOfOneSize(OnnxNode node, string note) => Notes.Add($"{node}: {note}; for others it is another network");

    /// <summary>The nodes that read a value.</summary>
    public IEnumerable<OnnxNode> ReadersOf(string name) => _readers[name];

    /// <summary>The parameters of a layer: those of an earlier use of the same weights, or new ones.</summary>
    /// <param name="node">The node; its second input is the weight.</param>
    /// <param name="key">What tells it from other layers.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="declare">Declares weight and bias under the layer's name.</param>
    public (string Layer, string Weight, string? Bias) LayerOf(OnnxNode node, object key, string name, Func<string, (string Weight, string? Bias)> declare)
    {
        if (_layers.TryGetValue(key, out var known)) return known;
        var layer = Network.Layer(name);
        if (UsesOf(node.Input(1)) > 1) _shared.Add(layer);
        var (weight, bias) = declare(layer);
        return _layers[key] = (layer, weight, bias);
    }

    /// <summary>The name of a batch norm's parameters: that of an earlier use of the same, or a new one.</summary>
    public string NormOf(object key, string name) => _norms.TryGetValue(key, out var known) ? known : _norms[key] = Network.Layer(name);

    /// <summary>Whether a convolution's weights may change, because one reader alone sees its result as this value.</summary>
    public bool IsOwned(Conv2dNode conv, int index, string value) =>
        !_shared.Contains(conv.Layer) && _results.TryGetValue(index, out var result) && result == (value, true) && UsesOf(value) == 1;

    private void FindBeforeWeights()
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in Graph.Nodes.Reverse())
        {
            if (!IsWeighted(node) && !node.Outputs.Any(wanted.Contains)) continue;
            _before.Add(node);
            wanted.UnionWith(node.Inputs);
        }
    }

    private bool IsWeighted(OnnxNode node) =>
        Weighted.Contains(node.Operator) || (node.Operator == "MatMul" && node.Inputs.Any(Graph.Constants.ContainsKey));

    private void Run()
    {
        // A map that is enlarged waits for the one whose size it gets, which may come later.
        List<OnnxNode> left = [.. Graph.Nodes];
        var done = new HashSet<OnnxNode>();
        var givers = Graph.Nodes.SelectMany(n => n.Outputs.Where(o => o.Length > 0).Select(o => (o, n))).ToDictionary(p => p.o, p => p.n, StringComparer.Ordinal);
        for (var mayWait = true; left.Count > 0;)
        {
            var before = left.Count;
            left.RemoveAll(node =>
            {
                Step(node.Inputs.Count);
                var isReady = node.Inputs.All(i => !givers.TryGetValue(i, out var giver) || done.Contains(giver));
                if (!isReady || (mayWait && node.Operator == "Resize" && ResizeImport.Waits(this, node))) return false;
                Take(node);
                return done.Add(node);
            });
            mayWait = left.Count < before;
        }
    }

    private void Take(OnnxNode node)
    {
        if (FoldedOf(node) is { } constant)
        {
            _values[node.Outputs[0]] = new ImportedValue.Constant(constant);
            return;
        }

        var isBefore = _before.Contains(node);
        List<ImportedValue?> inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : ValueOf(i))];
        var isOutside = node.Inputs.Zip(inputs).Any(i => i.First.Length > 0 && i.Second is null);
        if (isOutside || (!isBefore && !_takesResults && EndsInResults(node, inputs))) return;
        try
        {
            foreach (var (name, value) in node.Outputs.Zip(OperatorTable.Translate(this, node, inputs)))
            {
                if (name.Length == 0) continue;
                _values[name] = value;
                if (value is ImportedValue.Map map)
                    _results[map.Node] = (name, !_results.TryGetValue(map.Node, out var earlier) || (earlier.IsOwned && UsesOf(earlier.Value) == 1));
            }
        }
        catch (NotTakenException problem)
        {
            if (isBefore) Problems.Add($"{node}: {problem.Message}");
        }
    }

    /// <summary>Whether an operator that no weights follow makes results of maps. Sizes of maps are computed wherever they are.</summary>
    private static bool EndsInResults(OnnxNode node, List<ImportedValue?> inputs) =>
        inputs.OfType<ImportedValue.Map>().Any()
        && (OfResults.Contains(node.Operator) || (node.Operator is "Add" or "Mul" && inputs.OfType<ImportedValue.Constant>().Any()));

    private ConstantTensor? FoldedOf(OnnxNode node)
    {
        if (_folded > MaxFolded || node.Outputs.Count(o => o.Length > 0) != 1 || node.Outputs[0].Length == 0) return null;
        var inputs = new List<ConstantTensor?>();
        foreach (var name in node.Inputs)
        {
            if (name.Length > 0 && ValueOf(name) is not ImportedValue.Constant) return null;
            inputs.Add(name.Length > 0 ? ((ImportedValue.Constant)_values[name]).Tensor : null);
        }

        var folded = node.Operator == "Constant" ? OperatorTable.ConstantOf(Graph, node) : ConstantFolding.Fold(node, inputs);
        _folded += folded?.Count ?? inputs.Sum(i => (long)(i?.Count ?? 0));
        return folded;
    }
}
