using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Lowering.Editing;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>Writes the compacted network in parts: maps of some channels of the original's nodes.</summary>
internal sealed class GraphWriter(MapSizes sizes)
{
    private readonly GraphEditor _editor = new();
    private readonly Dictionary<int, int> _nodeOfSize = [];
    private readonly Dictionary<int, int> _onesOfSize = [];

    /// <summary>The nodes so far.</summary>
    public IReadOnlyList<Node> Nodes => _editor.Nodes;

    /// <summary>Appends a node whose parameters are there and returns its position.</summary>
    public int Append(Node node) => _editor.Append(node);

    /// <summary>Appends a node over the original's parameters.</summary>
    public int Append(Node node, Model original) => _editor.Append(node, original);

    /// <summary>Appends a node over the original's parameters, those a channel for some channels only.</summary>
    public int Append(Node node, Model original, ImmutableArray<int> channels)
    {
        if (node is not PReluNode prelu || original.Weights[prelu.Slope].Length == 1) return Append(node, original);
        var slopes = new Tensor([channels.Length], [.. channels.Select(c => Slopes.Of(original, prelu, c))]);
        return Append(prelu with { Slope = _editor.Parameters.Add(prelu.Slope, ParameterKind.Slope, slopes) });
    }

    /// <summary>Appends a convolution; a bias of zeros is left out.</summary>
    public int Conv2d(string name, string layer, int input, Tensor weight, ReadOnlySpan<double> bias, ConvGeometry geometry)
    {
        var weightName = _editor.Parameters.Add(layer + ".weight", ParameterKind.ConvWeight, weight);
        var biasName = bias.ContainsAnyExcept(0.0)
            ? _editor.Parameters.Add(layer + ".bias", ParameterKind.ConvBias, new Tensor([bias.Length], ToSingle(bias)))
            : null;
        var node = new Conv2dNode(name, input, weightName, biasName, geometry.Stride, geometry.Padding, geometry.Groups) { Dilation = geometry.Dilation };
        return _editor.AppendLayer(node, layer);
    }

    /// <summary>One number a channel, as maps of size <paramref name="size"/>.</summary>
    public Part Constant(string name, int size, ImmutableArray<int> channels, ReadOnlySpan<double> values)
    {
        var weight = new Tensor([channels.Length, 1, 1, 1], ToSingle(values));
        return new Part(Conv2d(name, UniqueNames.WithoutNumber(name), Ones(size), weight, [], new ConvGeometry(1, 1, 0, 1)), channels);
    }

    /// <summary>Each channel times <paramref name="factor"/>.</summary>
    public Part Scale(string name, Part part, double factor)
    {
        var weight = new Tensor(part.Channels.Length, 1, 1, 1);
        Array.Fill(weight.Data, (float)factor);
        return part with { Node = Conv2d(name, UniqueNames.WithoutNumber(name), part.Node, weight, [], new ConvGeometry(1, 1, 0, part.Channels.Length)) };
    }

    /// <summary>Some channels of a part.</summary>
    public Part Select(string name, Part part, ImmutableArray<int> channels)
    {
        if (channels.SequenceEqual(part.Channels)) return part;
        return new Part(Append(new SelectNode(name, part.Node, [.. channels.Select(c => part.Channels.BinarySearch(c))])), channels);
    }

    /// <summary>The sum of two parts over the channels that either has; of one when the other is missing.</summary>
    public Part? Add(string name, Part? first, Part? second)
    {
        if (first is not { } a || second is not { } b) return first ?? second;
        return Join(a, b, (x, y, channels) => Append(new AddNode(name, x, y, channels)));
    }

    /// <summary>A merge of the parts of its operands; of one when the other has none, times its factor.</summary>
    public Part? Merge(Model original, MergeNode node, Func<WeightedOperand, Part?> partOf)
    {
        var parts = new List<(Part Part, double Factor)>();
        foreach (var operand in MergeOperands.Of(original, node))
        {
            if (partOf(operand) is { } part)
                parts.Add((part with { Channels = [.. part.Channels.Select(c => operand.Targets[c])] }, operand.Factor));
        }

        return parts switch
        {
            [] => null,
            [(var only, 1)] => only,
            [var (only, factor)] => Scale(UniqueNames.WithoutNumber(node.Name) + ".scale", only, factor),
            _ => Join(parts[0].Part, parts[1].Part, (a, b, channels) => Append(node with { A = a, B = b, Channels = channels }, original)),
        };
    }

    /// <summary>The parts of a concatenation one after another; a part is asked for by its number, first channel and number of channels.</summary>
    public Part? Concat(string name, IEnumerable<int> channelCounts, Func<int, int, int, Part?> partOf)
    {
        var (nodes, channels) = (new List<int>(), new List<int>());
        var (index, offset) = (0, 0);
        foreach (var count in channelCounts)
        {
            if (partOf(index++, offset, count) is { } part)
            {
                nodes.Add(part.Node);
                channels.AddRange(part.Channels.Select(c => c + offset));
            }

            offset += count;
        }

        if (nodes.Count == 0) return null;
        return new Part(nodes.Count == 1 ? nodes[0] : Append(new ConcatNode(name, [.. nodes])), [.. channels]);
    }

    /// <summary>A plane of ones of a size.</summary>
    public int Ones(int size)
    {
        if (!_onesOfSize.TryGetValue(size, out var ones)) _onesOfSize[size] = ones = Append(new OnesNode("ones", NodeOf(size)));
        return ones;
    }

    /// <summary>Says that a node has a size.</summary>
    public void HasSize(int node, int size) => _nodeOfSize.TryAdd(size, node);

    /// <summary>A node that has a size; where none is left, one is made for the purpose.</summary>
    public int NodeOf(int size)
    {
        if (_nodeOfSize.TryGetValue(size, out var node)) return node;
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new NetworkException("too many sizes follow from one another");
        var step = sizes.StepTo(size);
        var name = $"size.{size}";
        return _nodeOfSize[size] = step.Window is { } window
            ? Conv2d(name, name, Ones(step.From), new Tensor(1, 1, window.Kernel, window.Kernel), [], window)
            : Append(new GlobalAveragePoolNode(name, Ones(step.From)));
    }

    /// <summary>The finished model, see <see cref="GraphEditor.Finish"/>.</summary>
    public Model Finish(Network original, Func<int, int> position, ModelInfo info) => _editor.Finish(original, position, info);

    private static Part Join(Part a, Part b, Func<MergeOperand, MergeOperand, int, int> append)
    {
        ImmutableArray<int> union = [.. a.Channels.Union(b.Channels).Order()];
        return new Part(append(Operand(a, union), Operand(b, union), union.Length), union);
    }

    private static MergeOperand Operand(Part part, ImmutableArray<int> channels) =>
        part.Channels.Length == channels.Length
            ? new MergeOperand(part.Node)
            : new MergeOperand(part.Node, [.. part.Channels.Select(c => channels.BinarySearch(c))]);

    private static float[] ToSingle(ReadOnlySpan<double> values)
    {
        var result = new float[values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)values[i];
        return result;
    }
}
