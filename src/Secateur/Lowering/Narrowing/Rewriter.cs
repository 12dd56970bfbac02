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
    private readonly Network _network;
    private readonly ChannelValues _values;
    private readonly MapSizes _sizes;
    private readonly WeightBudget _budget;
    private readonly FixedValues _fixed;
    private readonly Part?[] _maps;
    private readonly double[][] _shifts;
    private readonly Dictionary<int, int> _whole = [];
    private readonly Dictionary<string, ImmutableArray<int>> _filters = [];

    private Rewriter(Model model, bool sharesWeights)
    {
        Model = model;
        _network = model.Network;
        _values = new ChannelValues(model, NeededChannels.Find(model));
        Carried = new CarriedChannels(model, _values, sharesWeights);
        _sizes = new MapSizes(_network);
        Writer = new GraphWriter(_sizes);
        _budget = WeightBudget.For(_network);
        _fixed = new FixedValues(model, _values, _sizes, Writer, _budget);
        _maps = new Part?[_network.Nodes.Length];
        _shifts = [.. _network.Nodes.Select((_, v) => new double[_network.ChannelsOf(v)])];
    }

    /// <summary>The original.</summary>
    public Model Model { get; }

    /// <summary>What is computed as maps.</summary>
    public CarriedChannels Carried { get; }

    /// <summary>Where all is written.</summary>
    public GraphWriter Writer { get; }

    /// <summary>
    /// The compacted form of a model without batch norms; its <see cref="ModelInfo.KeptFilters"/> are, for each of its convolutions over carried channels,
    /// the filters of the given model that are left.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="sharesWeights">Whether convolutions that share a weight shall still share it; else each computes no more than it must itself.</param>
    public static Model Run(Model model, bool sharesWeights)
    {
        var run = new Rewriter(model, sharesWeights);
        for (var v = 0; v < run._maps.Length; v++) run.Rewrite(v);
        var result = run.Writer.Finish(model.Network, run.Whole, model.Info);
        var kept = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<int>>(StringComparer.Ordinal);
        foreach (var conv in result.Network.Nodes.OfType<Conv2dNode>())
        {
            if (run._filters.TryGetValue(conv.Name, out var filters)) kept[conv.Layer] = filters;
        }

        return result.With(result.Info with { KeptFilters = kept.ToImmutable() });
    }

    private void Rewrite(int v)
    {
        var carried = Carried.Of(v);
        if (carried.IsEmpty) return;
        var node = _network.Nodes[v];
        Part? added = null;
        if (_values.IsNeeded(v) || node is InputNode)
        {
            (_maps[v], added) = ChannelRule.Of(node).Write(this, v, node);
            if (_maps[v] is { } maps) Writer.HasSize(maps.Node, _sizes.Of[v]);
        }

        // Apart, because a sum over the convolution's own channels costs nothing at run time.
        _maps[v] = Writer.Add(node.Name + ".sum", _maps[v], added);
        ImmutableArray<int> lacking = [.. carried.Except(_maps[v]?.Channels ?? [])];
        if (lacking.IsEmpty) return;
        _maps[v] = Writer.Add(node.Name + ".wide", _maps[v], _fixed.Write(v, lacking));
        foreach (var c in lacking) _shifts[v][c] = 0;
    }

    /// <summary>The convolution of the carried inputs, and what the others add to it at each position.</summary>
    public (Part? Maps, Part? Added) Convolve(int v, Conv2dNode node)
    {
        var outputs = Carried.OutputsOf(v);
        if (outputs.IsEmpty) return (null, null);
        var inputs = Writer.Select(node.Name + ".inputs", _maps[node.Input]!.Value, Carried.InputsOf(v));
        var (computed, constants) = (new bool[_network.ChannelsOf(node.Input)], new double[_network.ChannelsOf(node.Input)]);
        for (var i = 0; i < computed.Length; i++)
        {
            computed[i] = inputs.Channels.BinarySearch(i) >= 0;
            constants[i] = NumberOf(node.Input, i);
        }

        var (weight, groups) = ConvFilters.Of(Model, node).Slice(inputs.Channels.AsSpan(), outputs.AsSpan(), _budget);
        var (bias, added) = _fixed.Remainder(v, outputs, computed, constants);
        var position = Writer.Conv2d(node.Name, node.Layer, inputs.Node, weight, bias, _network.GeometryOf(node) with { Groups = groups });
        _filters[Writer.Nodes[position].Name] = outputs;
        return (new Part(position, outputs), added);
    }

    /// <summary>The maps of a node's carried channels; null before it is written, and where it has none.</summary>
    public Part? MapsOf(int v) => _maps[v];

    /// <summary>For each channel of a node, the number to add to its map.</summary>
    public double[] ShiftsOf(int v) => _shifts[v];

    /// <summary>Sets <see cref="ShiftsOf"/>.</summary>
    public void SetShifts(int v, double[] shifts) => _shifts[v] = shifts;

    /// <summary>A node here that is as large as an original node's map.</summary>
    public int NodeOfSizeOf(int original) => Writer.NodeOf(_sizes.Of[original]);

    /// <summary>The number that belongs to a channel: added to its maps when it is carried, else its value.</summary>
    public double NumberOf(int v, int channel) => Carried.Has(v, channel) ? _shifts[v][channel] : _values.ConstantOf(v, channel);

    /// <summary>The carried channels with their shifts added.</summary>
    public Part? Shifted(int v)
    {
        if (_maps[v] is not { } maps) return null;
        ImmutableArray<int> shifted = [.. maps.Channels.Where(c => _shifts[v][c] != 0)];
        if (shifted.IsEmpty) return maps;
        var name = _network.Nodes[v].Name + ".shift";
        return Writer.Add(name, maps, Writer.Constant(name, _sizes.Of[v], shifted, [.. shifted.Select(c => _shifts[v][c])]));
    }

    /// <summary>The node that has all channels of a value.</summary>
    public int Whole(int v)
    {
        if (_whole.TryGetValue(v, out var known)) return known;
        return _whole[v] = Whole(v, [.. Enumerable.Range(0, _network.ChannelsOf(v))]);
    }

    /// <summary>A node that has some channels of a value, whether they are carried or fixed.</summary>
    public int Whole(int v, ImmutableArray<int> channels)
    {
        var name = _network.Nodes[v].Name;
        ImmutableArray<int> carried = [.. channels.Where(c => Carried.Has(v, c))];
        ImmutableArray<int> rest = [.. channels.Except(carried)];
        Part? fixedPart = rest.IsEmpty ? null : _fixed.Write(v, rest);
        Part? maps = carried.IsEmpty ? null : Writer.Select(name + ".select", Shifted(v)!.Value, carried);
        return Writer.Add(name + ".whole", maps, fixedPart)!.Value.Node;
    }
}
