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
/// A channel carried without being live, because of these rules, is filled with its image-independent value.
/// </summary>
internal sealed class CarriedChannels
{
    private readonly Model _model;
    private readonly ChannelValues _values;
    private readonly bool[][] _carried;
    private readonly bool _sharesWeights;
    private readonly Dictionary<(string Weight, int Groups, int Use), ConvChannels> _convolutions = [];
    private bool _changed;

    public CarriedChannels(Model model, ChannelValues values, bool sharesWeights)
    {
        (_model, _values, _sharesWeights) = (model, values, sharesWeights);
        var network = model.Network;
        _carried = [.. network.Nodes.Select((_, v) => new bool[network.ChannelsOf(v)])];
        var order = Enumerable.Range(0, _carried.Length).ToArray();
        do
        {
            _changed = false;
            foreach (var v in order) Grow(v, network.Nodes[v]);

            // Some rules pass channels on, others ask for them further up.
            Array.Reverse(order);
        }
        while (_changed);
    }

    /// <summary>Whether a node's channel is carried.</summary>
    public bool Has(int node, int channel) => _carried[node][channel];

    /// <summary>The carried channels of a node, ascending.</summary>
    public ImmutableArray<int> Of(int node) => Indices(_carried[node]);

    /// <summary>The outputs that a convolution computes, ascending.</summary>
    public ImmutableArray<int> OutputsOf(int node) => ChannelsOf(node) is { } channels ? Indices(channels.Outputs) : [];

    /// <summary>The input channels that a convolution reads as maps, ascending.</summary>
    public ImmutableArray<int> InputsOf(int node) => ChannelsOf(node) is { } channels ? Indices(channels.Inputs) : [];

    private ConvChannels? ChannelsOf(int node) =>
        _values.IsNeeded(node) && _model.Network.Nodes[node] is Conv2dNode conv ? _convolutions.GetValueOrDefault(KeyOf(node, conv)) : null;

    private (string Weight, int Groups, int Use) KeyOf(int node, Conv2dNode conv) => (conv.Weight, conv.Groups, _sharesWeights ? 0 : node);

    private void Grow(int v, Node node)
    {
        if (node is InputNode) Mark(_carried[v], Enumerable.Range(0, _carried[v].Length));
        if (!_values.IsNeeded(v)) return;
        switch (node)
        {
            case Conv2dNode n:
                GrowConvolution(v, n);
                break;
            case ReluNode or PReluNode or UpsampleNode:
                Mark(_carried[v], Of(node.Inputs[0]));
                break;
            case SelectNode n:
                Mark(_carried[v], Enumerable.Range(0, n.Channels.Length).Where(c => Has(n.Input, n.Channels[c])));
                break;
            case ConcatNode n:
                var at = 0;
                foreach (var part in n.Parts)
                {
                    Mark(_carried[v], Of(part).Select(c => at + c));
                    at += _carried[part].Length;
                }

                break;
            case MergeNode n:
                GrowMerge(v, n);
                break;
            case MaxOutNode when _values.KindOf(v, 0) == ChannelKind.Live:
                Mark(_carried[v], [0, 1]);
                break;
        }
    }

    private void GrowConvolution(int v, Conv2dNode node)
    {
        var key = KeyOf(v, node);
        var filters = ConvFilters.Of(_model, node);
        if (!_convolutions.TryGetValue(key, out var channels))
            _convolutions[key] = channels = new ConvChannels(new bool[_carried[node.Input].Length], new bool[filters.Outputs]);
        Mark(channels.Outputs, Enumerable.Range(0, filters.Outputs).Where(o => _values.KindOf(v, o) == ChannelKind.Live));
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

    private void GrowMerge(int v, MergeNode node)
    {
        var operands = MergeOperands.Of(_model, node).ToList();
        foreach (var operand in operands) Mark(_carried[v], Of(operand.Node).Select(c => operand.Targets[c]));
        foreach (var operand in operands)
        {
            Mark(
                _carried[operand.Node],
                Enumerable.Range(0, operand.Targets.Length)
                    .Where(c => _carried[v][operand.Targets[c]] && _values.KindOf(operand.Node, c) == ChannelKind.Pattern));
        }
    }

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
