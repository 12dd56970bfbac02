using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>
/// Writes the compacted network node by node. Every value of the original is its carried channels as maps, plus a number for some of them
/// (the shift: a constant that a residual sum added costs nothing until it meets an activation or a bias), and fixed values in the others.
/// </summary>
internal sealed class Rewriter
{
    private readonly Model _model;
    private readonly Network _network;
    private readonly ChannelValues _values;
    private readonly CarriedChannels _carried;
    private readonly MapSizes _sizes;
    private readonly GraphWriter _writer;
    private readonly WeightBudget _budget;
    private readonly FixedValues _fixed;
    private readonly Part?[] _maps;
    private readonly double[][] _shifts;
    private readonly Dictionary<int, int> _whole = [];
    private readonly Dictionary<string, ImmutableArray<int>> _filters = [];

    private Rewriter(Model model, bool sharesWeights)
    {
        _model = model;
        _network = model.Network;
        _values = new ChannelValues(model, NeededChannels.Find(model));
        _carried = new CarriedChannels(model, _values, sharesWeights);
        _sizes = new MapSizes(_network);
        _writer = new GraphWriter(_sizes);
        _budget = WeightBudget.For(_network);
        _fixed = new FixedValues(model, _values, _sizes, _writer, _budget);
        _maps = new Part?[_network.Nodes.Length];
        _shifts = [.. _network.Nodes.Select((_, v) => new double[_network.ChannelsOf(v)])];
    }

    /// <summary>
    /// The compacted form of a model without batch norms, and for each of its convolutions over carried channels the filters that are left.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="sharesWeights">Whether convolutions that share a weight shall still share it; else each computes no more than it must itself.</param>
    public static (Model Model, ImmutableSortedDictionary<string, ImmutableArray<int>> KeptFilters) Run(Model model, bool sharesWeights)
    {
        var run = new Rewriter(model, sharesWeights);
        for (var v = 0; v < run._maps.Length; v++) run.Rewrite(v);
        var outputs = model.Network.Outputs.Select(o => o with { Node = run.Whole(o.Node) }).ToList();
        var result = run._writer.Finish(model.Network.Architecture, outputs, model.Network.Head.Rewire(run.Whole), model.Info);
        var kept = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<int>>(StringComparer.Ordinal);
        foreach (var conv in result.Network.Nodes.OfType<Conv2dNode>())
        {
            if (run._filters.TryGetValue(conv.Name, out var filters)) kept[conv.Layer] = filters;
        }

        return (result, kept.ToImmutable());
    }

    private void Rewrite(int v)
    {
        var carried = _carried.Of(v);
        if (carried.IsEmpty) return;
        var node = _network.Nodes[v];
        Part? added = null;
        if (_values.IsNeeded(v) || node is InputNode)
        {
            (_maps[v], added) = node is Conv2dNode conv ? Convolve(v, conv) : (Map(v, node), null);
            if (_maps[v] is { } maps) _writer.HasSize(maps.Node, _sizes.Of[v]);
        }

        // Apart, because a sum over the convolution's own channels costs nothing at run time.
        _maps[v] = _writer.Add(node.Name + ".sum", _maps[v], added);
        ImmutableArray<int> lacking = [.. carried.Except(_maps[v]?.Channels ?? [])];
        if (lacking.IsEmpty) return;
        _maps[v] = _writer.Add(node.Name + ".wide", _maps[v], _fixed.Write(v, lacking));
        foreach (var c in lacking) _shifts[v][c] = 0;
    }

    /// <summary>The convolution of the carried inputs, and what the others add to it at each position.</summary>
    private (Part? Maps, Part? Added) Convolve(int v, Conv2dNode node)
    {
        var outputs = _carried.OutputsOf(v);
        if (outputs.IsEmpty) return (null, null);
        var inputs = _writer.Select(node.Name + ".inputs", _maps[node.Input]!.Value, _carried.InputsOf(v));
        var (computed, constants) = (new bool[_network.ChannelsOf(node.Input)], new double[_network.ChannelsOf(node.Input)]);
        for (var i = 0; i < computed.Length; i++)
        {
            computed[i] = inputs.Channels.BinarySearch(i) >= 0;
            constants[i] = NumberOf(node.Input, i);
        }

        var (weight, groups) = ConvFilters.Of(_model, node).Slice(inputs.Channels.AsSpan(), outputs.AsSpan(), _budget);
        var (bias, added) = _fixed.Remainder(v, outputs, computed, constants);
        var position = _writer.Conv2d(node.Name, node.Layer, inputs.Node, weight, bias, _network.GeometryOf(node) with { Groups = groups });
        _filters[_writer.Nodes[position].Name] = outputs;
        return (new Part(position, outputs), added);
    }

    private Part? Map(int v, Node node)
    {
        switch (node)
        {
            case InputNode:
                return new Part(_writer.Append(node), _carried.Of(v));
            case ReluNode or PReluNode:
                return Shifted(node.Inputs[0]) is { } input ? input with { Node = _writer.Append(node.Rewire(_ => input.Node), _model) } : null;
            case UpsampleNode n:
                if (_maps[n.Input] is not { } small) return null;
                _shifts[v] = [.. _shifts[n.Input]];
                return small with { Node = _writer.Append(n with { Input = small.Node, Like = _writer.NodeOf(_sizes.Of[n.Like]) }) };
            case SelectNode n:
                for (var c = 0; c < n.Channels.Length; c++) _shifts[v][c] = _shifts[n.Input][n.Channels[c]];
                if (_maps[n.Input] is not { } all) return null;
                ImmutableArray<int> mapped = [.. _carried.Of(v).Where(c => all.Channels.BinarySearch(n.Channels[c]) >= 0)];
                return mapped.IsEmpty ? null : _writer.Select(n.Name, all, [.. mapped.Select(c => n.Channels[c])]) with { Channels = mapped };
            case ConcatNode n:
                _shifts[v] = [.. n.Parts.SelectMany(p => _shifts[p])];
                return _writer.Concat(n.Name, n.Parts.Select(_network.ChannelsOf), (part, _, _) => _maps[n.Parts[part]]);
            case MergeNode n:
                foreach (var operand in MergeOperands.Of(_model, n))
                {
                    for (var c = 0; c < operand.Targets.Length; c++)
                        _shifts[v][operand.Targets[c]] += operand.Factor * NumberOf(operand.Node, c);
                }

                return _writer.Merge(_model, n, operand => _maps[operand.Node]);
            case MaxOutNode n:
                return _carried.Has(v, 0) ? new Part(_writer.Append(n with { Input = Whole(n.Input) }), [0, 1]) : null;
            default:
                return null;
        }
    }

    /// <summary>The number that belongs to a channel: added to its maps when it is carried, else its value.</summary>
    private double NumberOf(int v, int channel) => _carried.Has(v, channel) ? _shifts[v][channel] : _values.ConstantOf(v, channel);

    /// <summary>The carried channels with their shifts added.</summary>
    private Part? Shifted(int v)
    {
        if (_maps[v] is not { } maps) return null;
        ImmutableArray<int> shifted = [.. maps.Channels.Where(c => _shifts[v][c] != 0)];
        if (shifted.IsEmpty) return maps;
        var name = _network.Nodes[v].Name + ".shift";
        return _writer.Add(name, maps, _writer.Constant(name, _sizes.Of[v], shifted, [.. shifted.Select(c => _shifts[v][c])]));
    }

    /// <summary>The node that has all channels of a value.</summary>
    private int Whole(int v)
    {
        if (_whole.TryGetValue(v, out var known)) return known;
        ImmutableArray<int> rest = [.. Enumerable.Range(0, _network.ChannelsOf(v)).Where(c => !_carried.Has(v, c))];
        Part? fixedPart = rest.IsEmpty ? null : _fixed.Write(v, rest);
        return _whole[v] = _writer.Add(_network.Nodes[v].Name + ".whole", Shifted(v), fixedPart)!.Value.Node;
    }
}
