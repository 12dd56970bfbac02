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

    /// <summary>The original.</summary>
    public Model Model { get; } = model;

    /// <summary>What its channels are.</summary>
    public ChannelValues Values { get; } = values;

    /// <summary>Where all is written.</summary>
    public GraphWriter Writer { get; } = writer;

    /// <summary>The maps of some channels of an original node, ascending and none of them live.</summary>
    public Part Write(int v, ImmutableArray<int> channels)
    {
        if (_written.Count >= MostParts || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new NetworkException("what does not depend on the image goes through too many nodes");
        var key = $"{v}: {string.Join(' ', channels)}";
        if (_written.TryGetValue(key, out var known)) return known;
        ImmutableArray<int> constant = [.. channels.Where(c => Values.KindOf(v, c) == ChannelKind.Constant)];
        ImmutableArray<int> pattern = [.. channels.Except(constant)];
        var node = Model.Network.Nodes[v];
        Part? first = constant.IsEmpty ? null : Constant(v, constant, [.. constant.Select(c => Values.ConstantOf(v, c))]);
        Part? second = pattern.IsEmpty ? null : ChannelRule.Of(node).WritePattern(this, v, node, pattern);
        return _written[key] = Writer.Add(NameOf(node), first, second)!.Value;
    }

    /// <summary>What a convolution adds to some of its outputs beside what its computed inputs give through the weights.</summary>
    /// <param name="v">The convolution.</param>
    /// <param name="outputs">The outputs, ascending.</param>
    /// <param name="computed">For each input channel, whether the weights meet it as a map.</param>
    /// <param name="constants">For each input channel, the number to add to its map, or to use in its place.</param>
    /// <returns>A number for each output, and maps for those outputs where a number does not do.</returns>
    public (double[] Bias, Part? Maps) Remainder(int v, ImmutableArray<int> outputs, ReadOnlySpan<bool> computed, ReadOnlySpan<double> constants)
    {
        var node = (Conv2dNode)Model.Network.Nodes[v];
        var filters = ConvFilters.Of(Model, node);
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
                if (!computed[i] && Values.KindOf(node.Input, i) == ChannelKind.Pattern) patterns.Add(i);
                var taps = filters.Kernel(outputs[o], i);
                for (var t = 0; t < kernel.Length && constants[i] != 0; t++) kernel[t] += taps[t] * constants[i];
            }

            bias[o] = node.Bias is null ? 0 : Model.Weights[node.Bias].Data[outputs[o]];
            // Without padding every position sees all taps. With it those over the padding are missing, so the constant must be convolved.
            if (node.Padding == 0) bias[o] += kernel.Sum();
            else if (Array.Exists(kernel, k => k != 0)) borders.Add((outputs[o], kernel));
        }

        return (bias, Writer.Add(NameOf(node), WriteBorders(node, borders), WriteFiltered(node, filters, [.. patterns], outputs)));
    }

    private Part? WriteBorders(Conv2dNode node, List<(int Output, double[] Kernel)> borders)
    {
        if (borders.Count == 0) return null;
        var geometry = Model.Network.GeometryOf(node) with { Groups = 1 };
        var weight = new Tensor([borders.Count, 1, geometry.Kernel, geometry.Kernel], [.. borders.SelectMany(b => b.Kernel).Select(k => (float)k)]);
        var ones = Writer.Ones(sizes.Of[node.Input]);
        return new Part(Writer.Conv2d(NameOf(node), LayerOf(node), ones, weight, [], geometry), [.. borders.Select(b => b.Output)]);
    }

    private Part? WriteFiltered(Conv2dNode node, ConvFilters filters, ImmutableArray<int> inputs, ImmutableArray<int> outputs)
    {
        if (inputs.IsEmpty) return null;
        var isInput = new bool[filters.Groups * filters.InputsPerGroup];
        foreach (var i in inputs) isInput[i] = true;
        ImmutableArray<int> reached = [.. outputs.Where(o => filters.ReadsAny(o, isInput))];
        var (weight, groups) = filters.Slice(inputs.AsSpan(), reached.AsSpan(), budget);
        var geometry = Model.Network.GeometryOf(node) with { Groups = groups };
        return new Part(Writer.Conv2d(NameOf(node), LayerOf(node), Write(node.Input, inputs).Node, weight, [], geometry), reached);
    }

    /// <summary>One number for each of some channels of a node.</summary>
    public Part Constant(int v, ImmutableArray<int> channels, ReadOnlySpan<double> numbers) =>
        Writer.Constant(NameOf(Model.Network.Nodes[v]), sizes.Of[v], channels, numbers);

    /// <summary>Appends the fixed form of an original node.</summary>
    public int Append(Node original, Node rewritten) => Writer.Append(rewritten with { Name = NameOf(original) }, Model);

    /// <summary>A node here that is as large as an original node's map.</summary>
    public int NodeOfSizeOf(int original) => Writer.NodeOf(sizes.Of[original]);

    /// <summary>An operation that never has a pattern.</summary>
    public static NetworkException NoPattern(Node node) => new($"'{node.Name}' ({node.GetType().Name}) has no border pattern");

    /// <summary>The name of a node's fixed form.</summary>
    public static string NameOf(Node node) => Fixed(UniqueNames.WithoutNumber(node.Name));

    private static string LayerOf(Conv2dNode node) => Fixed(node.Layer);

    // Compacting a compacted network must not lengthen the names again.
    private static string Fixed(string name) => name.EndsWith(".fixed", StringComparison.Ordinal) ? name : name + ".fixed";
}
