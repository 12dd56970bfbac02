using System.Collections.Immutable;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>A named result of a network.</summary>
public sealed record NetworkOutput(string Name, int Node);

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
        DetectorHead head)
    {
        Architecture = architecture;
        Nodes = [.. nodes];
        Parameters = [.. parameters];
        Outputs = [.. outputs];
        Head = head;
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

    /// <summary>What makes it a detector; <see cref="DetectorHead.None"/> where it is none.</summary>
    public DetectorHead Head { get; }

    /// <summary>The nodes that somebody reads from outside: outputs, then what detection reads; one may come several times.</summary>
    public IEnumerable<int> Results => Outputs.Select(o => o.Node).Concat(Head.Results);

    /// <summary>The number of channels of node <paramref name="node"/>.</summary>
    public int ChannelsOf(int node) => _channels[node];

    /// <summary>The spec of parameter <paramref name="name"/>.</summary>
    /// <exception cref="KeyNotFoundException">No such parameter.</exception>
    public ParameterSpec Parameter(string name) =>
        _parameters.TryGetValue(name, out var spec) ? spec : throw new KeyNotFoundException($"the network has no parameter '{name}'");

    /// <summary>Kernel, stride, padding, groups and dilation of a convolution.</summary>
    public ConvGeometry GeometryOf(Conv2dNode node) => new(Parameter(node.Weight).Shape[2], node.Stride, node.Padding, node.Groups, node.Dilation);

    /// <summary>The same network with another head.</summary>
    /// <exception cref="NetworkException">The head does not fit.</exception>
    public Network With(DetectorHead head) => new(Architecture, Nodes, Parameters, Outputs, head);

    /// <summary>
    /// The layers whose filters may be pruned: every convolution but those of the detection head (<see cref="DetectorHead.Layers"/>) and those that do
    /// not depend on the image; shared ones once.
    /// </summary>
    public IEnumerable<Conv2dNode> PrunableLayers()
    {
        var isFixed = FixedNodes.Find(this);
        return Nodes.Where((_, i) => !isFixed[i])
            .OfType<Conv2dNode>()
            .Where(c => !Head.Layers.Contains(c.Layer))
            .DistinctBy(c => c.Weight);
    }
}
