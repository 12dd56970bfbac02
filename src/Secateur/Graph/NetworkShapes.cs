using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Graph;

/// <summary>The shape of one node's result for one image: [C, H, W].</summary>
public sealed record MapShape(int Channels, int Height, int Width)
{
    /// <summary>H * W.</summary>
    public long Area => (long)Height * Width;

    /// <inheritdoc/>
    public override string ToString() => Tensor.FormatShape([Channels, Height, Width]);
}

/// <summary>Shape inference for any input size.</summary>
public static class NetworkShapes
{
    /// <summary>The shape of every node for an input of <paramref name="height"/> x <paramref name="width"/> pixels.</summary>
    /// <exception cref="NetworkException">The size is too small for the network, or maps of unequal size meet.</exception>
    public static ImmutableArray<MapShape> Infer(Network network, int height, int width)
    {
        if (height < 1 || width < 1) throw new NetworkException($"an input of {height} x {width} pixels has no pixels");
        var shapes = ImmutableArray.CreateBuilder<MapShape>(network.Nodes.Length);
        for (var i = 0; i < network.Nodes.Length; i++)
        {
            var node = network.Nodes[i];
            var (h, w) = node.SizeIn(network) switch
            {
                SizeRule.Image => (height, width),
                SizeRule.Like like => Size(shapes[like.Node]),
                SizeRule.Joined joined => SameSize(node, [.. joined.Nodes.Select(p => shapes[p])]),
                SizeRule.Pixel => (1, 1),
                SizeRule.Scaled { Factor: var factor } scaled when shapes[factor].Area == 1 => Size(shapes[scaled.Node]),
                SizeRule.Scaled scaled => SameSize(node, [shapes[scaled.Node], shapes[scaled.Factor]]),
                SizeRule.Window window => WindowSize(node, window.Geometry, shapes[window.Node], (height, width)),
                var rule => throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) has the unknown size rule {rule.GetType().Name}"),
            };
            shapes.Add(new MapShape(network.ChannelsOf(i), h, w));
        }

        foreach (var level in network.Head.Levels)
        {
            if (Size(shapes[level.Loc]) != Size(shapes[level.Scores]))
                throw new NetworkException($"the level of stride {level.Stride} has boxes {shapes[level.Loc]} and scores {shapes[level.Scores]}: height and width differ");
        }

        return shapes.MoveToImmutable();
    }

    private static (int Height, int Width) Size(MapShape shape) => (shape.Height, shape.Width);

    private static (int Height, int Width) WindowSize(Node node, ConvGeometry geometry, MapShape input, (int H, int W) image)
    {
        var (h, w) = (geometry.OutputSize(input.Height), geometry.OutputSize(input.Width));
        return h > 0 && w > 0 ? (h, w) : throw new NetworkException($"an input of {image.H} x {image.W} pixels is too small: '{node.Name}' gets {input}");
    }

    private static (int Height, int Width) SameSize(Node node, ReadOnlySpan<MapShape> parts)
    {
        foreach (var part in parts)
        {
            if (Size(part) != Size(parts[0])) throw new NetworkException($"'{node.Name}' joins {parts[0]} and {part}: height and width differ");
        }

        return Size(parts[0]);
    }
}
