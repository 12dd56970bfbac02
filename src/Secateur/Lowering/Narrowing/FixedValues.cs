using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>
/// Writes down what does not depend on the image, as nodes that follow from planes of ones: exact at every input size, borders included.
/// </summary>
internal sealed class FixedValues(Model model, ChannelValues values, MapSizes sizes, GraphWriter writer, WeightBudget budget)
{
    // Sums of overlapping selections can ask for twice as many sets of channels with every node.
    private const int MostParts = 1 << 12;

    private readonly Dictionary<string, Part> _written = [];

    /// <summary>The maps of some channels of an original node, ascending and none of them live.</summary>
    public Part Write(int v, ImmutableArray<int> channels)
    {
        if (_written.Count >= MostParts || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new NetworkException("what does not depend on the image goes through too many nodes");
        var key = $"{v}: {string.Join(' ', channels)}";
        if (_written.TryGetValue(key, out var known)) return known;
        ImmutableArray<int> constant = [.. channels.Where(c => values.KindOf(v, c) == ChannelKind.Constant)];
        ImmutableArray<int> pattern = [.. channels.Except(constant)];
        var name = NameOf(model.Network.Nodes[v]);
        Part? first = constant.IsEmpty ? null : writer.Constant(name, sizes.Of[v], constant, [.. constant.Select(c => values.ConstantOf(v, c))]);
        Part? second = pattern.IsEmpty ? null : WritePattern(v, name, pattern);
        return _written[key] = writer.Add(name, first, second)!.Value;
    }

    /// <summary>What a convolution adds to some of its outputs beside what its computed inputs give through the weights.</summary>
    /// <param name="v">The convolution.</param>
    /// <param name="outputs">The outputs, ascending.</param>
    /// <param name="computed">For each input channel, whether the weights meet it as a map.</param>
    /// <param name="constants">For each input channel, the number to add to its map, or to use in its place.</param>
    /// <returns>A number for each output, and maps for those outputs where a number does not do.</returns>
    public (double[] Bias, Part? Maps) Remainder(int v, ImmutableArray<int> outputs, ReadOnlySpan<bool> computed, ReadOnlySpan<double> constants)
    {
        var node = (Conv2dNode)model.Network.Nodes[v];
        var filters = ConvFilters.Of(model, node);
        var bias = new double[outputs.Length];
        var borders = new List<(int Output, double[] Kernel)>();
        var patterns = new SortedSet<int>();
        for (var o = 0; o < outputs.Length; o++)
        {
            var kernel = new double[filters.Side * filters.Side];
            var (start, end) = filters.InputsOf(outputs[o]);
            for (var i = start; i < end; i++)
            {
                if (!filters.Reads(outputs[o], i)) continue;
                if (!computed[i] && values.KindOf(node.Input, i) == ChannelKind.Pattern) patterns.Add(i);
                var taps = filters.Kernel(outputs[o], i);
                for (var t = 0; t < kernel.Length && constants[i] != 0; t++) kernel[t] += taps[t] * constants[i];
            }

            bias[o] = node.Bias is null ? 0 : model.Weights[node.Bias].Data[outputs[o]];
            // Without padding every position sees all taps. With it those over the padding are missing, so the constant must be convolved.
            if (node.Padding == 0) bias[o] += kernel.Sum();
            else if (Array.Exists(kernel, k => k != 0)) borders.Add((outputs[o], kernel));
        }

        return (bias, writer.Add(NameOf(node), WriteBorders(node, borders), WriteFiltered(node, filters, [.. patterns], outputs)));
    }

    private Part? WriteBorders(Conv2dNode node, List<(int Output, double[] Kernel)> borders)
    {
        if (borders.Count == 0) return null;
        var geometry = model.Network.GeometryOf(node) with { Groups = 1 };
        var weight = new Tensor([borders.Count, 1, geometry.Kernel, geometry.Kernel], [.. borders.SelectMany(b => b.Kernel).Select(k => (float)k)]);
        var ones = writer.Ones(sizes.Of[node.Input]);
        return new Part(writer.Conv2d(NameOf(node), LayerOf(node), ones, weight, [], geometry), [.. borders.Select(b => b.Output)]);
    }

    private Part? WriteFiltered(Conv2dNode node, ConvFilters filters, ImmutableArray<int> inputs, ImmutableArray<int> outputs)
    {
        if (inputs.IsEmpty) return null;
        var isInput = new bool[filters.Groups * filters.InputsPerGroup];
        foreach (var i in inputs) isInput[i] = true;
        ImmutableArray<int> reached = [.. outputs.Where(o => filters.ReadsAny(o, isInput))];
        var (weight, groups) = filters.Slice(inputs.AsSpan(), reached.AsSpan(), budget);
        var geometry = model.Network.GeometryOf(node) with { Groups = groups };
        return new Part(writer.Conv2d(NameOf(node), LayerOf(node), Write(node.Input, inputs).Node, weight, [], geometry), reached);
    }

    private Part WritePattern(int v, string name, ImmutableArray<int> channels)
    {
        switch (model.Network.Nodes[v])
        {
            case Conv2dNode n:
                var inputs = model.Network.ChannelsOf(n.Input);
                var constants = Enumerable.Range(0, inputs).Select(i => values.ConstantOf(n.Input, i)).ToArray();
                var (bias, maps) = Remainder(v, channels, new bool[inputs], constants);
                var complete = maps?.Channels.Length == channels.Length && !bias.AsSpan().ContainsAnyExcept(0.0);
                return writer.Add(name, complete ? null : writer.Constant(name, sizes.Of[v], channels, bias), maps)!.Value;
            case ReluNode n:
                return new Part(writer.Append(n with { Name = name, Input = Write(n.Input, channels).Node }), channels);
            case PReluNode n:
                return new Part(writer.Append(n with { Name = name, Input = Write(n.Input, channels).Node }, model), channels);
            case UpsampleNode n:
                var like = writer.NodeOf(sizes.Of[n.Like]);
                return new Part(writer.Append(n with { Name = name, Input = Write(n.Input, channels).Node, Like = like }), channels);
            case SelectNode n:
                return Write(n.Input, [.. channels.Select(c => n.Channels[c])]) with { Channels = channels };
            case ConcatNode n:
                return writer.Concat(name, n.Parts.Select(model.Network.ChannelsOf), (part, offset, count) =>
                {
                    ImmutableArray<int> own = [.. channels.Where(c => c >= offset && c < offset + count).Select(c => c - offset)];
                    return own.IsEmpty ? null : Write(n.Parts[part], own);
                })!.Value;
            case MergeNode n:
                return writer.Merge(model, n with { Name = name }, operand =>
                {
                    ImmutableArray<int> own = [.. Enumerable.Range(0, operand.Targets.Length).Where(c => channels.BinarySearch(operand.Targets[c]) >= 0)];
                    return own.IsEmpty ? null : Write(operand.Node, own);
                })!.Value;
            case MaxOutNode n:
                var whole = Write(n.Input, [.. Enumerable.Range(0, model.Network.ChannelsOf(n.Input))]);
                return writer.Select(name, new Part(writer.Append(n with { Name = name, Input = whole.Node }), [0, 1]), channels);
            case var node:
                throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) has no border pattern");
        }
    }

    private static string NameOf(Node node) => Fixed(GraphWriter.LayerOf(node.Name));

    private static string LayerOf(Conv2dNode node) => Fixed(node.Layer);

    // Compacting a compacted network must not lengthen the names again.
    private static string Fixed(string name) => name.EndsWith(".fixed", StringComparison.Ordinal) ? name : name + ".fixed";
}
