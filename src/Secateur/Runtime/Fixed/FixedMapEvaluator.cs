using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Upsample;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Runtime.Fixed;

/// <summary>Computes the maps that do not depend on the image, in double.</summary>
internal sealed class FixedMapEvaluator
{
    private readonly Model _model;
    private readonly FixedMap?[] _maps;

    private FixedMapEvaluator(Model model)
    {
        _model = model;
        _maps = new FixedMap?[model.Network.Nodes.Length];
    }

    /// <summary>The maps of all fixed nodes; null for the others.</summary>
    /// <param name="model">Without batch norms.</param>
    /// <param name="shapes">Of its nodes.</param>
    /// <exception cref="NetworkException">Such a node is of a kind that is not known here.</exception>
    public static FixedMap?[] Run(Model model, ImmutableArray<MapShape> shapes)
    {
        var evaluator = new FixedMapEvaluator(model);
        var isFixed = FixedNodes.Find(model.Network);
        for (var i = 0; i < isFixed.Length; i++)
        {
            if (isFixed[i]) evaluator._maps[i] = evaluator.Evaluate(model.Network.Nodes[i], shapes[i]);
        }

        return evaluator._maps;
    }

    /// <summary>What a 1x1 convolution [O, C, 1, 1] makes of a sum of maps, each with those of the C channels that <c>Channels</c> says.</summary>
    public static FixedMap Project(Tensor weight, IReadOnlyList<(FixedMap Map, ImmutableArray<int> Channels)> terms)
    {
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var (rows, columns) = Join(terms.Select(t => t.Map));
        return new FixedMap(outputs, rows, columns, (o, y, x) =>
        {
            var sum = 0.0;
            foreach (var (map, channels) in terms)
            {
                for (var c = 0; c < map.Channels; c++) sum += weight.Data[(o * inputs) + (channels.IsEmpty ? c : channels[c])] * map[c, y, x];
            }

            return sum;
        });
    }

    private FixedMap Evaluate(Node node, MapShape shape) => node switch
    {
        OnesNode => new FixedMap(1, new FixedAxis(shape.Height, 0, 0), new FixedAxis(shape.Width, 0, 0), (_, _, _) => 1),
        Conv2dNode n => Convolve(n, shape, MapOf(n.Input)),
        ReluNode n => Map(MapOf(n.Input), (_, x) => ScalarActivation.Apply(x, 0)),
        PReluNode n => Map(MapOf(n.Input), (c, x) => ScalarActivation.Apply(x, Slopes.Of(_model, n, c))),
        ClipNode n => Map(MapOf(n.Input), (_, x) => Math.Clamp(x, n.Min, n.Max)),
        SigmoidNode n => Map(MapOf(n.Input), (_, x) => ScalarActivation.Sigmoid(x)),
        MultiplyNode n => Multiply(MapOf(n.Input), MapOf(n.Factor)),
        MergeNode n => Merge(n, MapOf(n.A.Node), MapOf(n.B.Node)),
        UpsampleNode { Mode: UpsampleMode.Nearest } n => Nearest(shape, MapOf(n.Input)),
        UpsampleNode { Mode: UpsampleMode.Bilinear } n => Bilinear(shape, MapOf(n.Input)),
        MaxPool2dNode n => Pool(n.Geometry, shape, MapOf(n.Input), window => window.Max()),
        AveragePool2dNode n => Pool(n.Geometry, shape, MapOf(n.Input), window => n.CountPadding ? window.Sum() / (n.Kernel * n.Kernel) : window.Average()),
        GlobalAveragePoolNode n => Mean(MapOf(n.Input)),
        ConcatNode n => Concat([.. n.Parts.Select(MapOf)]),
        SelectNode n => Select(n, MapOf(n.Input)),
        MaxOutNode n => MaxOut(MapOf(n.Input)),
        _ => throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) cannot stand in an inference plan"),
    };

    private FixedMap MapOf(int node) => _maps[node]!;

    private FixedMap Convolve(Conv2dNode node, MapShape shape, FixedMap input)
    {
        var geometry = _model.Network.GeometryOf(node);
        var weight = _model.Weights[node.Weight];
        var bias = node.Bias is null ? null : _model.Weights[node.Bias];
        var (perGroup, taps) = (weight.Shape[1], weight.Length / shape.Channels);
        return new FixedMap(shape.Channels, input.Rows.Convolve(geometry), input.Columns.Convolve(geometry), (o, y, x) =>
        {
            double sum = bias?.Data[o] ?? 0;
            var firstInput = o / (shape.Channels / node.Groups) * perGroup;
            for (var i = 0; i < taps; i++)
            {
                var (channel, tap) = Math.DivRem(i, geometry.Kernel * geometry.Kernel);
                var sy = (y * geometry.Stride) + (tap / geometry.Kernel * geometry.Dilation) - geometry.Padding;
                var sx = (x * geometry.Stride) + (tap % geometry.Kernel * geometry.Dilation) - geometry.Padding;
                if (sy < 0 || sx < 0 || sy >= input.Rows.Size || sx >= input.Columns.Size) continue;
                sum += weight.Data[(o * taps) + i] * input[firstInput + channel, sy, sx];
            }

            return sum;
        });
    }

    private FixedMap Merge(MergeNode node, FixedMap a, FixedMap b)
    {
        var factors = FusionWeights.Of(_model, node);
        var (rows, columns) = Join([a, b]);
        return new FixedMap(node.Channels, rows, columns, (c, y, x) =>
            (factors.First * a.ChannelOrZero(node.A.Channels, c, y, x)) + (factors.Second * b.ChannelOrZero(node.B.Channels, c, y, x)));
    }

    private static FixedMap Map(FixedMap input, Func<int, double, double> function) =>
        new(input.Channels, input.Rows, input.Columns, (c, y, x) => function(c, input[c, y, x]));

    private static FixedMap Multiply(FixedMap input, FixedMap factor)
    {
        if (factor is { Rows.Size: 1, Columns.Size: 1 }) return Map(input, (c, x) => x * factor[c, 0, 0]);
        var (rows, columns) = Join([input, factor]);
        return new FixedMap(input.Channels, rows, columns, (c, y, x) => input[c, y, x] * factor[c, y, x]);
    }

    private static FixedMap Mean(FixedMap input) => new(input.Channels, new FixedAxis(1, 0, 0), new FixedAxis(1, 0, 0), (c, _, _) => input.Mean(c));

    private static FixedMap Nearest(MapShape shape, FixedMap input)
    {
        var (height, width) = (input.Rows.Size, input.Columns.Size);
        return new FixedMap(shape.Channels, input.Rows.Nearest(shape.Height), input.Columns.Nearest(shape.Width), (c, y, x) =>
            input[c, NearestSource.Of(y, height, shape.Height), NearestSource.Of(x, width, shape.Width)]);
    }

    private static FixedMap Bilinear(MapShape shape, FixedMap input)
    {
        var (height, width) = (input.Rows.Size, input.Columns.Size);
        return new FixedMap(shape.Channels, input.Rows.Bilinear(shape.Height), input.Columns.Bilinear(shape.Width), (c, y, x) =>
        {
            var row = BilinearTap.At(y, height, shape.Height);
            var column = BilinearTap.At(x, width, shape.Width);
            double Mix(int sy) => ((1 - column.T) * input[c, sy, column.Low]) + (column.T * input[c, sy, column.High]);
            return ((1 - row.T) * Mix(row.Low)) + (row.T * Mix(row.High));
        });
    }

    /// <summary>What is made of the pixels in each window, without those of the padding.</summary>
    private static FixedMap Pool(ConvGeometry window, MapShape shape, FixedMap input, Func<IEnumerable<double>, double> valueOf)
    {
        return new FixedMap(shape.Channels, input.Rows.Convolve(window), input.Columns.Convolve(window), (c, y, x) =>
            valueOf(from row in Inside(y, input.Rows.Size) from column in Inside(x, input.Columns.Size) select input[c, row, column]));

        IEnumerable<int> Inside(int at, int size)
        {
            var first = (at * window.Stride) - window.Padding;
            return Enumerable.Range(first, window.Kernel).Where(i => i >= 0 && i < size);
        }
    }

    private static FixedMap Concat(ImmutableArray<FixedMap> parts)
    {
        (FixedMap Part, int Channel)[] owners = [.. parts.SelectMany(part => Enumerable.Range(0, part.Channels).Select(c => (part, c)))];
        var (rows, columns) = Join(parts);
        return new FixedMap(owners.Length, rows, columns, (c, y, x) => owners[c].Part[owners[c].Channel, y, x]);
    }

    private static FixedMap Select(SelectNode node, FixedMap input) =>
        new(node.Channels.Length, input.Rows, input.Columns, (c, y, x) => input[node.Channels[c], y, x]);

    private static FixedMap MaxOut(FixedMap input) => new(2, input.Rows, input.Columns, (c, y, x) => c == 1
        ? input[input.Channels - 1, y, x]
        : Enumerable.Range(0, input.Channels - 1).Max(background => input[background, y, x]));

    private static (FixedAxis Rows, FixedAxis Columns) Join(IEnumerable<FixedMap> maps) =>
        (maps.Select(m => m.Rows).Aggregate((a, b) => a.Join(b)), maps.Select(m => m.Columns).Aggregate((a, b) => a.Join(b)));
}
