using Secateur.Graph;
using Secateur.Runtime.Fusion;

namespace Secateur.Quantization;

/// <summary>Which convolutions of a network in inference form can run in integers, and which maps they need as bytes.</summary>
internal sealed class QuantizationSites
{
    private readonly Network _network;
    private readonly ValueFlow _values;
    private readonly Dictionary<int, FusedConv> _chains;
    private readonly SortedSet<int> _needed = [];
    private readonly Dictionary<int, int> _concats = [];

    /// <param name="network">Without batch norms.</param>
    /// <param name="left">The layers that stay in floats.</param>
    public QuantizationSites(Network network, IReadOnlySet<string> left)
    {
        _network = network;
        _values = new ValueFlow(network);
        _chains = FusedSteps.Of(network, _values).Convolutions
            .OfType<IReadOnlyList<FusedConv>>()
            .SelectMany(siblings => siblings)
            .Where(chain => Conv(chain).Groups == 1 && !left.Contains(Conv(chain).Layer))
            .ToDictionary(chain => chain.Last);
        foreach (var chain in _chains.Values)
        {
            Need(Conv(chain).Input);
            if (chain.Merge is not { } merge) continue;
            Need(merge.Other.Node);
            Need(chain.Last);
        }
    }

    /// <summary>The convolutions, in the order of the network.</summary>
    public IEnumerable<Conv2dNode> Convolutions => _chains.Values.OrderBy(chain => chain.Node).Select(Conv);

    /// <summary>The nodes whose maps are needed; those together that must be held alike.</summary>
    public IEnumerable<int[]> Maps => _needed.GroupBy(node => _concats.GetValueOrDefault(node, node)).Select(group => group.ToArray());

    /// <summary>The concatenations whose parts are such nodes: their own maps are needed when one of the parts stays in floats.</summary>
    public IEnumerable<int> Concatenations => _concats.Values.Distinct();

    private Conv2dNode Conv(FusedConv chain) => (Conv2dNode)_network.Nodes[chain.Node];

    private void Need(int node)
    {
        var source = _values.Source(node);
        switch (_network.Nodes[source])
        {
            case InputNode when ByteForm.TakesBytes(_network):
                break;
            case SelectNode select:
                Need(select.Input);
                break;
            case UpsampleNode { Mode: UpsampleMode.Nearest } upsample:
                Need(upsample.Input);
                break;
            case ConcatNode concat when IsOfBytes(source, concat):
                foreach (var part in concat.Parts) _needed.Add(_values.Source(part));
                break;
            default:
                _needed.Add(source);
                break;
        }
    }

    /// <summary>Whether the parts can be written as bytes where the concatenation wants them.</summary>
    private bool IsOfBytes(int node, ConcatNode concat)
    {
        int[] sources = [.. concat.Parts.Select(_values.Source)];
        if (sources.Distinct().Count() < sources.Length || !sources.All(s => _chains.TryGetValue(s, out var chain) && chain.Afterwards is null) || sources.Any(s => _concats.GetValueOrDefault(s, node) != node)) return false;
        foreach (var source in sources) _concats[source] = node;
        return true;
    }
}
