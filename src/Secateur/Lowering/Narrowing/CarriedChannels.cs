using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>
/// Decides which channels of every node the compacted network computes as maps: the smallest sets that hold every live channel and satisfy
/// what the operations ask of each other, found by growing them until nothing changes.
/// <list type="bullet">
/// <item>Convolutions that shall still share a weight read the same inputs and give the same outputs.</item>
/// <item>The groups of a convolution are equally large.</item>
/// <item>An elementwise operation gives what it is given.</item>
/// <item>A sum that carries a channel gets it as a map from every operand in which it is not one number.</item>
/// </list>
/// A channel carried without being live, because of these rules, is filled with its fixed value.
/// </summary>
internal sealed class CarriedChannels
{
    private readonly bool[][] _carried;
    private readonly bool _sharesWeights;
    private readonly Dictionary<(string Weight, int Groups, int Use), ConvChannels> _convolutions = [];
    private bool _changed;

    public CarriedChannels(Model model, ChannelValues values, bool sharesWeights)
    {
        (Model, Values, _sharesWeights) = (model, values, sharesWeights);
        var network = model.Network;
        _carried = [.. network.Nodes.Select((_, v) => new bool[network.ChannelsOf(v)])];
        var order = Enumerable.Range(0, _carried.Length).ToArray();
        do
        {
            _changed = false;
            foreach (var v in order)
            {
                if (values.IsNeeded(v) || network.Nodes[v] is InputNode) ChannelRule.Of(network.Nodes[v]).Grow(this, v, network.Nodes[v]);
            }

            // Some rules pass channels on, others ask for them further up.
            Array.Reverse(order);
        }
        while (_changed);
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>What its channels are.</summary>
    public ChannelValues Values { get; }

    /// <summary>Whether a node's channel is carried.</summary>
    public bool Has(int node, int channel) => _carried[node][channel];

    /// <summary>The carried channels of a node, ascending.</summary>
    public ImmutableArray<int> Of(int node) => Indices(_carried[node]);

    /// <summary>The outputs that a convolution computes, ascending.</summary>
    public ImmutableArray<int> OutputsOf(int node) => ChannelsOf(node) is { } channels ? Indices(channels.Outputs) : [];

    /// <summary>The input channels that a convolution reads as maps, ascending.</summary>
    public ImmutableArray<int> InputsOf(int node) => ChannelsOf(node) is { } channels ? Indices(channels.Inputs) : [];

    private ConvChannels? ChannelsOf(int node) =>
        Values.IsNeeded(node) && Model.Network.Nodes[node] is Conv2dNode conv ? _convolutions.GetValueOrDefault(KeyOf(node, conv)) : null;

    private (string Weight, int Groups, int Use) KeyOf(int node, Conv2dNode conv) => (conv.Weight, conv.Groups, _sharesWeights ? 0 : node);

    /// <summary>Grows what a convolution reads and computes, together with those that share its weight.</summary>
    public void GrowConvolution(int v, Conv2dNode node)
    {
        var key = KeyOf(v, node);
        var filters = ConvFilters.Of(Model, node);
        if (!_convolutions.TryGetValue(key, out var channels))
            _convolutions[key] = channels = new ConvChannels(new bool[_carried[node.Input].Length], new bool[filters.Outputs]);
        Mark(channels.Outputs, Enumerable.Range(0, filters.Outputs).Where(o => Values.KindOf(v, o) == ChannelKind.Live));
        foreach (var o in Indices(channels.Outputs))
        {
            var (start, end) = filters.InputsOf(o);
            for (var i = start; i < end; i++)
            {
                if (channels.Inputs[i] || !Has(node.Input, i) || !filters.Reads(o, i)) continue;
                channels.Inputs[i] = _changed = true;
            }
        }

        if (node.Groups > 1) LevelGroups(channels, filters);
        Mark(_carried[node.Input], Indices(channels.Inputs));
        Mark(_carried[v], Indices(channels.Outputs));
    }

    private void LevelGroups(ConvChannels channels, ConvFilters filters)
    {
        var (ins, outs) = (filters.InputsPerGroup, filters.OutputsPerGroup);
        var groups = Enumerable.Range(0, filters.Groups).Where(g => channels.Inputs.AsSpan(g * ins, ins).Contains(true)).ToList();
        if (groups.Count == 0) return;
        var mostInputs = groups.Max(g => channels.Inputs.AsSpan(g * ins, ins).Count(true));
        var mostOutputs = groups.Max(g => channels.Outputs.AsSpan(g * outs, outs).Count(true));
        foreach (var g in groups)
        {
            Fill(channels.Inputs, g * ins, ins, mostInputs);
            Fill(channels.Outputs, g * outs, outs, mostOutputs);
        }
    }

    private void Fill(bool[] set, int start, int length, int count)
    {
        var lacking = count - set.AsSpan(start, length).Count(true);
        Mark(set, Enumerable.Range(start, length).Where(c => !set[c]).Take(lacking).ToList());
    }

    /// <summary>Marks channels of a node.</summary>
    public void Mark(int node, IEnumerable<int> channels) => Mark(_carried[node], channels);

    private void Mark(bool[] set, IEnumerable<int> channels)
    {
        foreach (var c in channels)
        {
            if (set[c]) continue;
            set[c] = true;
            _changed = true;
        }
    }

    private static ImmutableArray<int> Indices(bool[] set) => [.. Enumerable.Range(0, set.Length).Where(c => set[c])];

    private sealed record ConvChannels(bool[] Inputs, bool[] Outputs);
}
