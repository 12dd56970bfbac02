using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Upsample;
using Secateur.Lowering;
using Secateur.Weights;

namespace Secateur.Runtime;

/// <summary>
/// A map [C, H, W] that does not depend on the image: constant inside, different near the borders. Computed once an input size, and stored
/// and computed at its distinct places only, so that a compacted network costs nothing extra at any size.
/// </summary>
internal sealed class StaticMap
{
    private readonly Volume _stored;

    private StaticMap(int channels, StaticAxis rows, StaticAxis columns, Func<int, int, int, double> valueAt)
    {
        (Rows, Columns) = (rows, columns);
        _stored = new Volume(channels, rows.Stored, columns.Stored);
        for (var c = 0; c < channels; c++)
        {
            for (var y = 0; y < rows.Stored; y++)
            {
                for (var x = 0; x < columns.Stored; x++) _stored[c, y, x] = valueAt(c, rows.Representative(y), columns.Representative(x));
            }
        }
    }

    /// <summary>C.</summary>
    public int Channels => _stored.Channels;

    /// <summary>Along H.</summary>
    public StaticAxis Rows { get; }

    /// <summary>Along W.</summary>
    public StaticAxis Columns { get; }

    /// <summary>The value at any place of the whole map.</summary>
    public double this[int c, int y, int x] => _stored[c, Rows.Locate(y), Columns.Locate(x)];

    /// <summary>The maps of all image-independent nodes; null for the others.</summary>
    public static StaticMap?[] Evaluate(Model model, ImmutableArray<MapShape> shapes)
    {
        var independent = ImageIndependence.Find(model.Network);
        var maps = new StaticMap?[independent.Length];
        for (var i = 0; i < maps.Length; i++)
        {
            if (independent[i]) maps[i] = Evaluate(model, model.Network.Nodes[i], shapes[i], maps);
        }

        return maps;
    }

    private static StaticMap Evaluate(Model model, Node node, MapShape shape, StaticMap?[] maps)
    {
        StaticMap Of(int index) => maps[index]!;
        switch (node)
        {
            case OnesNode:
                return new StaticMap(1, new StaticAxis(shape.Height, 0, 0), new StaticAxis(shape.Width, 0, 0), (_, _, _) => 1);
            case Conv2dNode n:
                return Convolve(model, n, shape, Of(n.Input));
            case ReluNode n:
                return Of(n.Input).Map(x => ActivationReference.Apply(x, 0));
            case PReluNode n:
                var slope = model.Weights[n.Slope].Data[0];
                return Of(n.Input).Map(x => ActivationReference.Apply(x, slope));
            case MergeNode n:
                return Merge(model, n, Of(n.A.Node), Of(n.B.Node));
            case UpsampleNode n:
                return Upsample(n, shape, Of(n.Input));
            case ConcatNode n:
                return Concat(shape, [.. n.Parts.Select(Of)]);
            case SelectNode n:
                var all = Of(n.Input);
                return new StaticMap(shape.Channels, all.Rows, all.Columns, (c, row, column) => all[n.Channels[c], row, column]);
            case MaxOutNode n:
                var x = Of(n.Input);
                return new StaticMap(2, x.Rows, x.Columns, (c, row, column) => c == 1
                    ? x[x.Channels - 1, row, column]
                    : Enumerable.Range(0, x.Channels - 1).Max(background => x[background, row, column]));
            default:
                throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) cannot stand in an inference plan");
        }
    }

    private StaticMap Map(Func<double, double> function) => new(Channels, Rows, Columns, (c, y, x) => function(this[c, y, x]));

    private static StaticMap Convolve(Model model, Conv2dNode node, MapShape shape, StaticMap input)
    {
        var geometry = model.Network.GeometryOf(node);
        var weight = model.Weights[node.Weight];
        var bias = node.Bias is null ? null : model.Weights[node.Bias];
        var perGroup = weight.Shape[1];
        return new StaticMap(shape.Channels, input.Rows.Convolve(geometry), input.Columns.Convolve(geometry), (o, y, x) =>
        {
            double sum = bias?.Data[o] ?? 0;
            var firstInput = o / (shape.Channels / node.Groups) * perGroup;
            for (var i = 0; i < weight.Length / shape.Channels; i++)
            {
                var (channel, tap) = Math.DivRem(i, geometry.Kernel * geometry.Kernel);
                var sy = (y * geometry.Stride) + (tap / geometry.Kernel) - geometry.Padding;
                var sx = (x * geometry.Stride) + (tap % geometry.Kernel) - geometry.Padding;
                if (sy < 0 || sx < 0 || sy >= input.Rows.Size || sx >= input.Columns.Size) continue;
                sum += weight.Data[(o * (weight.Length / shape.Channels)) + i] * input[firstInput + channel, sy, sx];
            }

            return sum;
        });
    }

    private static StaticMap Merge(Model model, MergeNode node, StaticMap a, StaticMap b)
    {
        var factors = ReferenceExecutor.FactorsOf(model, node);
        return new StaticMap(node.Channels, a.Rows.Join(b.Rows), a.Columns.Join(b.Columns), (c, y, x) =>
            (factors.First * a.ChannelOrZero(node.A.Channels, c, y, x)) + (factors.Second * b.ChannelOrZero(node.B.Channels, c, y, x)));
    }

    /// <summary>The value that channel <paramref name="c"/> of a sum gets from this operand.</summary>
    public double ChannelOrZero(ImmutableArray<int> map, int c, int y, int x)
    {
        var own = map.IsEmpty ? c : map.IndexOf(c);
        return own < 0 ? 0 : this[own, y, x];
    }

    /// <summary>What a 1x1 convolution [O, C, 1, 1] makes of a sum of maps, each with those of the C channels that <c>Channels</c> says.</summary>
    public static StaticMap Project(Tensor weight, IReadOnlyList<(StaticMap Map, ImmutableArray<int> Channels)> terms)
    {
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var (rows, columns) = (terms.Select(t => t.Map.Rows).Aggregate((a, b) => a.Join(b)), terms.Select(t => t.Map.Columns).Aggregate((a, b) => a.Join(b)));
        return new StaticMap(outputs, rows, columns, (o, y, x) =>
        {
            var sum = 0.0;
            foreach (var (map, channels) in terms)
            {
                for (var c = 0; c < map.Channels; c++) sum += weight.Data[(o * inputs) + (channels.IsEmpty ? c : channels[c])] * map[c, y, x];
            }

            return sum;
        });
    }

    private static StaticMap Upsample(UpsampleNode node, MapShape shape, StaticMap input)
    {
        var (height, width) = (input.Rows.Size, input.Columns.Size);
        if (node.Mode == UpsampleMode.Nearest)
        {
            return new StaticMap(shape.Channels, input.Rows.Nearest(shape.Height), input.Columns.Nearest(shape.Width), (c, y, x) =>
                input[c, NearestReference.Source(y, height, shape.Height), NearestReference.Source(x, width, shape.Width)]);
        }

        return new StaticMap(shape.Channels, input.Rows.Bilinear(shape.Height), input.Columns.Bilinear(shape.Width), (c, y, x) =>
        {
            var row = BilinearTap.At(y, height, shape.Height);
            var column = BilinearTap.At(x, width, shape.Width);
            double Mix(int sy) => ((1 - column.T) * input[c, sy, column.Low]) + (column.T * input[c, sy, column.High]);
            return ((1 - row.T) * Mix(row.Low)) + (row.T * Mix(row.High));
        });
    }

    private static StaticMap Concat(MapShape shape, ImmutableArray<StaticMap> parts)
    {
        var owners = parts.SelectMany(part => Enumerable.Range(0, part.Channels).Select(c => (part, c))).ToArray();
        return new StaticMap(
            shape.Channels,
            parts.Select(p => p.Rows).Aggregate((a, b) => a.Join(b)),
            parts.Select(p => p.Columns).Aggregate((a, b) => a.Join(b)),
            (c, y, x) => owners[c].part[owners[c].c, y, x]);
    }
}
