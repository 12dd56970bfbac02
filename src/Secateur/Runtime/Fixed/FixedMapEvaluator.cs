using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
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
        ReluNode n => Activate(MapOf(n.Input), 0),
        PReluNode n => Activate(MapOf(n.Input), _model.Weights[n.Slope].Data[0]),
        MergeNode n => Merge(n, MapOf(n.A.Node), MapOf(n.B.Node)),
        UpsampleNode { Mode: UpsampleMode.Nearest } n => Nearest(shape, MapOf(n.Input)),
        UpsampleNode { Mode: UpsampleMode.Bilinear } n => Bilinear(shape, MapOf(n.Input)),
        MaxPool2dNode n => MaxPool(n, shape, MapOf(n.Input)),
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
                var sy = (y * geometry.Stride) + (tap / geometry.Kernel) - geometry.Padding;
                var sx = (x * geometry.Stride) + (tap % geometry.Kernel) - geometry.Padding;
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

    private static FixedMap Activate(FixedMap input, double slope) =>
        new(input.Channels, input.Rows, input.Columns, (c, y, x) => ScalarActivation.Apply(input[c, y, x], slope));

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

    private static FixedMap MaxPool(MaxPool2dNode node, MapShape shape, FixedMap input) =>
        new(shape.Channels, input.Rows.Convolve(node.Geometry), input.Columns.Convolve(node.Geometry), (c, y, x) =>
        {
            var largest = double.NegativeInfinity;
            for (var row = Math.Max((y * node.Stride) - node.Padding, 0); row < Math.Min((y * node.Stride) - node.Padding + node.Kernel, input.Rows.Size); row++)
            {
                for (var column = Math.Max((x * node.Stride) - node.Padding, 0); column < Math.Min((x * node.Stride) - node.Padding + node.Kernel, input.Columns.Size); column++)
                    largest = Math.Max(largest, input[c, row, column]);
            }

            return largest;
        });

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
