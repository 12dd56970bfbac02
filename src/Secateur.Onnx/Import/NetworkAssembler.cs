using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Pixels;
using Secateur.Weights;

namespace Secateur.Onnx.Import;

/// <summary>
/// The network as it grows: nodes with their channels, their sizes for a few sizes of the image, and the weights. The last node may still change where
/// nobody else reads it.
/// </summary>
/// <param name="images">The sizes of the image at which sizes are compared: the one size that the graph takes, or several.</param>
/// <param name="mostElements">The elements of weights that may be made, all together.</param>
internal sealed class NetworkAssembler(ImmutableArray<ImageSize> images, long mostElements)
{
    private const int MostNameCharacters = 200;

    private readonly List<Node> _nodes = [];
    private readonly List<int> _channels = [];
    private readonly List<ImmutableArray<ImageSize>> _sizes = [];
    private readonly OrderedDictionary<string, ParameterSpec> _specs = [];
    private readonly Dictionary<string, Tensor> _weights = [];
    private readonly UniqueNames _layers = new('_');
    private readonly UniqueNames _names = new();
    private long _elements;

    /// <summary>The layers that only scale and shift channels: they are never pruned.</summary>
    public HashSet<string> Scales { get; } = [];

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The channels of a node.</summary>
    public int ChannelsOf(int node) => _channels[node];

    /// <summary>The channels of several nodes.</summary>
    public int ChannelsOf(ImmutableArray<int> nodes) => (int)Math.Min(int.MaxValue, nodes.Sum(n => (long)_channels[n]));

    /// <summary>The sizes of a node's map.</summary>
    public ImmutableArray<ImageSize> SizesOf(int node) => _sizes[node];

    /// <summary>Whether a node has one pixel, whatever the image.</summary>
    public bool IsPixel(int node) => _sizes[node].All(s => s is { Height: 1, Width: 1 });

    /// <summary>The input.</summary>
    public int Input(int channels) => Append(new InputNode("input", channels), channels, images);

    /// <summary>A node as large as another, with as many channels.</summary>
    public int Like(int node, Func<string, Node> create, string name) => Append(create(Name(name)), _channels[node], _sizes[node]);

    /// <summary>A node that moves a window over a map.</summary>
    /// <exception cref="NotTakenException">The map is smaller than the window.</exception>
    public int Windowed(int input, Node node, int channels, ConvGeometry window)
    {
        ImmutableArray<ImageSize> sizes = [.. _sizes[input].Select(s => new ImageSize(window.OutputSize(s.Height), window.OutputSize(s.Width)))];
        return sizes.All(s => s is { Height: > 0, Width: > 0 }) ? Append(node, channels, sizes) : throw new NotTakenException("has a window larger than its map");
    }

    /// <summary>Appends a node.</summary>
    /// <exception cref="NotTakenException">There are too many nodes, or channels.</exception>
    public int Append(Node node, int channels, ImmutableArray<ImageSize> sizes)
    {
        if (channels > NetworkVerifier.MaxChannels) throw new NotTakenException($"gives {channels} channels, expected at most {NetworkVerifier.MaxChannels}");
        if (_nodes.Count >= NetworkVerifier.MaxNodes) throw new NotTakenException($"is one of more than {NetworkVerifier.MaxNodes}");
        _nodes.Add(node);
        _channels.Add(channels);
        _sizes.Add(sizes);
        return _nodes.Count - 1;
    }

    /// <summary>Puts another node in the place of one, of the same channels and size.</summary>
    public void Replace(int index, Node node) => _nodes[index] = node;

    /// <summary>A node name that is free.</summary>
    public string Name(string name) => _names.Take(Plain(name));

    /// <summary>A layer name that is free.</summary>
    public string Layer(string name) => _layers.Take(Plain(name));

    /// <summary>Counts elements of weights before they are made: small files could ask for many.</summary>
    /// <exception cref="NotTakenException">They are too many.</exception>
    public void Reserve(long elements)
    {
        _elements += elements;
        if (_elements > mostElements) throw new NotTakenException($"makes weights of {elements} elements, with those before it more than {mostElements}");
    }

    /// <summary>Declares a parameter, or gives it other values.</summary>
    public string Declare(string name, ParameterKind kind, Tensor values)
    {
        _specs[name] = new ParameterSpec(name, [.. values.Shape], kind);
        _weights[name] = values;
        return name;
    }

    /// <summary>The values of a parameter.</summary>
    public Tensor Weight(string name) => _weights[name];

    /// <summary>The model of the nodes that results need.</summary>
    /// <exception cref="NetworkException">The network breaks a rule.</exception>
    public Model Finish(string architecture, IReadOnlyList<NetworkOutput> outputs, DetectorHead head, ModelInfo info)
    {
        var needed = _nodes.Select(n => n is InputNode).ToArray();
        foreach (var result in outputs.Select(o => o.Node).Concat(head.Results)) needed[result] = true;
        for (var v = needed.Length - 1; v >= 0; v--)
        {
            if (needed[v]) foreach (var input in _nodes[v].Inputs) needed[input] = true;
        }

        var place = new int[needed.Length];
        for (var v = 1; v < place.Length; v++) place[v] = place[v - 1] + (needed[v - 1] ? 1 : 0);
        var nodes = _nodes.Where((_, v) => needed[v]).Select(n => n.Rewire(p => place[p])).ToList();
        List<NetworkOutput> results = [.. outputs.Select(o => o with { Node = place[o.Node] })];
        var parameters = nodes.SelectMany(n => n.Parameters).ToHashSet();
        var layers = nodes.OfType<Conv2dNode>().Select(c => c.Layer).ToHashSet();
        var protectedLayers = HeadLayers.Find(nodes, results, _weights).Union(Scales.Where(layers.Contains));
        var placed = head.Rewire(p => place[p]) with { Layers = [.. protectedLayers] };
        var network = new Network(architecture, nodes, _specs.Values.Where(s => parameters.Contains(s.Name)), results, placed);
        return new Model(network, _weights.Where(w => parameters.Contains(w.Key)), info);
    }

    /// <summary>A name without what stands for something in the product's names and patterns.</summary>
    public static string Plain(string name) =>
        string.Concat(name.Take(MostNameCharacters).Select(c => char.IsAsciiLetterOrDigit(c) || "._-/:(),".Contains(c, StringComparison.Ordinal) ? c : '_'));
}
