using System.Collections.Immutable;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>A named result of a network.</summary>
public sealed record NetworkOutput(string Name, int Node);

/// <summary>A level of the detection head: one square anchor of <paramref name="AnchorSize"/> pixels every <paramref name="Stride"/> pixels.</summary>
/// <param name="Stride">Pixels of the input per cell.</param>
/// <param name="AnchorSize">Side of the anchor in pixels of the input.</param>
/// <param name="Loc">The node with the encoded boxes, [N, 4, h, w].</param>
/// <param name="Scores">The node with the background and face logits, [N, 2, h, w].</param>
public sealed record DetectionLevel(int Stride, int AnchorSize, int Loc, int Scores);

/// <summary>
/// An immutable graph of operations over named parameters: the one description of an architecture, which shape inference, costs, pruning,
/// compaction and the execution plans all read. Weights are apart, see <see cref="ParameterSpec"/>.
/// </summary>
public sealed class Network
{
    private readonly ImmutableArray<int> _channels;
    private readonly Dictionary<string, ParameterSpec> _parameters;

    /// <summary>Checks the graph's rules, see <see cref="NetworkVerifier"/>.</summary>
    /// <exception cref="NetworkException">A rule is broken; the message lists every breach.</exception>
    public Network(
        string architecture,
        IEnumerable<Node> nodes,
        IEnumerable<ParameterSpec> parameters,
        IEnumerable<NetworkOutput> outputs,
        IEnumerable<DetectionLevel> levels)
    {
        Architecture = architecture;
        Nodes = [.. nodes];
        Parameters = [.. parameters];
        Outputs = [.. outputs];
        Levels = [.. levels];
        _channels = NetworkVerifier.Verify(this);
        _parameters = Parameters.ToDictionary(p => p.Name);
    }

    /// <summary>The architecture's short name, e.g. <c>eresfd</c>.</summary>
    public string Architecture { get; }

    /// <summary>The operations in an order in which they can run.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>Every parameter once, in state_dict order, however many nodes share it.</summary>
    public ImmutableArray<ParameterSpec> Parameters { get; }

    /// <summary>The named results, e.g. <c>loc_0</c>.</summary>
    public ImmutableArray<NetworkOutput> Outputs { get; }

    /// <summary>The detection levels, finest first; empty when the network is no detector.</summary>
    public ImmutableArray<DetectionLevel> Levels { get; }

    /// <summary>The number of channels of node <paramref name="node"/>.</summary>
    public int ChannelsOf(int node) => _channels[node];

    /// <summary>The spec of parameter <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">No such parameter.</exception>
    public ParameterSpec Parameter(string name) =>
        _parameters.TryGetValue(name, out var spec) ? spec : throw new KeyNotFoundException($"the network has no parameter '{name}'");

    /// <summary>Kernel, stride, padding and groups of a convolution.</summary>
    public ConvGeometry GeometryOf(Conv2dNode node) => new(Parameter(node.Weight).Shape[2], node.Stride, node.Padding, node.Groups);

    /// <summary>
    /// The layers whose filters may be pruned: every convolution but the detection heads (<c>loc.*</c>, <c>conf.*</c>) and those that do not
    /// depend on the image; shared ones once.
    /// </summary>
    public IEnumerable<Conv2dNode> PrunableLayers()
    {
        var independent = ImageIndependence.Find(this);
        return Nodes.Where((_, i) => !independent[i])
            .OfType<Conv2dNode>()
            .Where(c => !c.Layer.StartsWith("loc.", StringComparison.Ordinal) && !c.Layer.StartsWith("conf.", StringComparison.Ordinal))
            .DistinctBy(c => c.Weight);
    }
}
