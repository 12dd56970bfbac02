using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Planning;

/// <summary>
/// Plans the forward pass of a network in training mode. Batch norms, activations, concatenations and selections cost no step: they only say how
/// a stored map is read.
/// </summary>
internal sealed class ForwardPlanner
{
    private readonly StepFactory _factory;
    private readonly Network _network;
    private readonly IReadOnlyList<MapShape> _shapes;
    private readonly Dictionary<StoredMap, IPlannedStep> _producers = [];

    /// <exception cref="NetworkException">A batch norm would see one value a channel.</exception>
    public ForwardPlanner(StepFactory factory, Network network, int height, int width)
    {
        (_factory, _network) = (factory, network);
        _shapes = NetworkShapes.Infer(network, height, width);
        Values = new ChannelRef[network.Nodes.Length][];
        for (var i = 0; i < Values.Length; i++) Values[i] = Plan(i, network.Nodes[i]);
    }

    /// <summary>The channels of each node.</summary>
    public ChannelRef[][] Values { get; }

    /// <summary>The steps, without those that bring results out.</summary>
    public List<IPlannedStep> Steps { get; } = [];

    /// <summary>What computes the stored maps, in order.</summary>
    public List<Operation> Operations { get; } = [];

    private ChannelRef[] Plan(int index, Node node)
    {
        switch (node)
        {
            case InputNode:
                return Source(index, _factory.Input);
            case OnesNode:
                return Source(index, map => _factory.Fill(map, map.Raw, [0], 1));
            case Conv2dNode n:
                return Channels(Convolve(index, n));
            case BatchNormNode n:
                return Normalize(index, n);
            case ReluNode n:
                return Activate(index, Values[n.Input], ViewActivation.Relu);
            case PReluNode n:
                return Activate(index, n);
            case ClipNode or SigmoidNode or MultiplyNode or AveragePool2dNode or GlobalAveragePoolNode:
                return Compute(
                    index,
                    [.. node.Inputs.SelectMany(i => Values[i])],
                    map => _factory.Planewise(node, [.. node.Inputs.Select(i => Values[i])], [.. node.Inputs.Select(i => _shapes[i])], map));
            case AddNode n:
                return Merge(index, [Spread(n.A, n.Channels), Spread(n.B, n.Channels)], null);
            case WeightedFusionNode n:
                return Merge(index, [Spread(n.A, n.Channels), Spread(n.B, n.Channels)], n);
            case UpsampleNode n:
                return Compute(index, Values[n.Input], map => _factory.Upsample(n, Values[n.Input], _shapes[n.Input], map));
            case MaxPool2dNode n:
                return Compute(index, Values[n.Input], map => _factory.MaxPool(n, Values[n.Input], _shapes[n.Input], map));
            case ConcatNode n:
                return [.. n.Parts.SelectMany(p => Values[p])];
            case SelectNode n:
                return [.. n.Channels.Select(c => Values[n.Input][c])];
            case MaxOutNode n:
                return Compute(index, Values[n.Input], map => _factory.MaxOut(n, Values[n.Input], map));
            default:
                throw new NetworkException($"{node.Name}: {node.GetType().Name} cannot be trained");
        }
    }

    private ChannelRef[] Source(int index, Func<StoredMap, IPlannedStep> forward)
    {
        var map = new StoredMap(_network.Nodes[index].Name, _factory.Batch, _shapes[index], needsGradient: false);
        Add(new SourceOperation(map, () => forward(map)));
        return Channels(map.View(null, ViewActivation.None));
    }

    /// <summary>A map that an operation without parameters computes.</summary>
    private ChannelRef[] Compute(int index, ChannelRef[] inputs, Func<StoredMap, Operation> operation)
    {
        var map = new StoredMap(_network.Nodes[index].Name, _factory.Batch, _shapes[index], inputs.Any(i => i.View.NeedsGradient));
        Add(operation(map));
        return Channels(map.View(null, ViewActivation.None));
    }

    private ReadView Convolve(int index, Conv2dNode node)
    {
        var inputs = Values[node.Input];

        // Groups are tasks of their own: two that give the same channel its gradient would race.
        if ((node.Groups > 1 || _factory.WritesChannelsTogether) && inputs.Distinct().Count() < inputs.Length) inputs = Copy(node.Input, inputs);
        var map = new StoredMap(node.Name, _factory.Batch, _shapes[index], needsGradient: true);
        Add(_factory.Convolve(_network, node, inputs, map));
        return map.View(null, ViewActivation.None);
    }

    private ChannelRef[] Normalize(int index, BatchNormNode node)
    {
        var map = WholeMap(Values[node.Input]) ?? WholeMap(Copy(node.Input, Values[node.Input]))!;
        if (!_factory.FrozenNorms && (long)_factory.WholeBatch * map.Positions < 2)
            throw new NetworkException($"{node.Name}: its map {map.Shape} has one value a channel, which has no variance; take larger images or a larger batch");
        var norm = new NormPass(node, map);
        Steps.AddRange(_factory.Norm(norm, _producers[map]));
        return Channels(map.View(norm, ViewActivation.None));
    }

    private ChannelRef[] Activate(int index, PReluNode node)
    {
        var (slopes, channels) = (_factory.Parameters.RangeOf(node.Slope), Values[node.Input]);
        var isByChannel = slopes.End.Value - slopes.Start.Value > 1;
        if (isByChannel && !_factory.TakesSlopesByChannel) throw new NetworkException($"{node.Name}: a PReLU with a slope for each channel cannot run on this device");

        // The slope of a channel is found by its place in the map.
        if (isByChannel && !AreWhole(channels)) channels = Copy(index, channels);
        return Activate(index, channels, ViewActivation.PRelu(slopes.Start.Value, isByChannel));
    }

    private ChannelRef[] Activate(int index, ChannelRef[] channels, ViewActivation activation)
    {
        // An activation that is there already is not repeated where that changes nothing; any other one needs the activated values first.
        var (relu, none) = (ViewActivation.Relu, ViewActivation.None);
        if (channels.Any(c => c.View.Activation != none && (activation != relu || c.View.Activation != relu)))
            channels = Copy(index, channels);
        return [.. channels.Select(c => c with { View = c.View.Map.View(c.View.Norm, activation) })];
    }

    private ChannelRef[] Copy(int index, ChannelRef[] channels) =>
        Merge(index, [[.. channels.Cast<ChannelRef?>()]], null);

    private ChannelRef[] Merge(int index, ChannelRef?[][] operands, WeightedFusionNode? fusion)
    {
        var inputs = operands.SelectMany(o => o).OfType<ChannelRef>().ToArray();
        var shape = inputs[0].View.Map.Shape with { Channels = operands[0].Length };
        var map = new StoredMap(_network.Nodes[index].Name, _factory.Batch, shape, inputs.Any(i => i.View.NeedsGradient) || fusion is not null);
        Add(_factory.Merge(map.Name, operands, fusion, map));
        return Channels(map.View(null, ViewActivation.None));
    }

    private ChannelRef?[] Spread(MergeOperand operand, int channels)
    {
        var values = Values[operand.Node];
        if (operand.Channels.IsEmpty) return [.. values.Cast<ChannelRef?>()];
        var spread = new ChannelRef?[channels];
        for (var i = 0; i < values.Length; i++) spread[operand.Channels[i]] = values[i];
        return spread;
    }

    private void Add(Operation operation)
    {
        var step = operation.Forward();
        Steps.Add(step);
        Operations.Add(operation);
        _producers.Add(operation.Output, step);
    }

    /// <summary>The map whose values these channels are, all of them and as they are stored; null when they are not.</summary>
    private static StoredMap? WholeMap(ChannelRef[] channels)
    {
        return AreWhole(channels) && channels.All(c => c.View.IsIdentity) ? channels[0].View.Map : null;
    }

    /// <summary>Whether these are all channels of one map, in their order.</summary>
    private static bool AreWhole(ChannelRef[] channels)
    {
        var map = channels[0].View.Map;
        return channels.Length == map.Channels && channels.Index().All(c => c.Item.View.Map == map && c.Item.Channel == c.Index);
    }

    private static ChannelRef[] Channels(ReadView view) => [.. Enumerable.Range(0, view.Map.Channels).Select(c => new ChannelRef(view, c))];
}
