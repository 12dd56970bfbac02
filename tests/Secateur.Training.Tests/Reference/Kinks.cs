using Secateur.Graph;
using Secateur.Reference;

namespace Secateur.Training.Tests.Reference;

/// <summary>Where a network's results stand to the places at which it has no derivative: zero in activations, ties in the max-out and in windows.</summary>
internal static class Kinks
{
    /// <summary>On which side each activation and max-out is: equal for two runs with no kink between them.</summary>
    /// <param name="network">The graph.</param>
    /// <param name="results">For each node, for each image, [C, H, W].</param>
    public static List<int> Sides(Network network, IReadOnlyList<Volume[]> results)
    {
        var sides = new List<int>();
        foreach (var node in network.Nodes)
        {
            foreach (var image in node.Inputs.Take(1).SelectMany(input => results[input]))
            {
                if (Rivals(node, image) is { } rivals) sides.AddRange(rivals.Select(r => Array.IndexOf(r, r.Max())));
                else sides.AddRange(Bends(node).SelectMany(bend => image.Data.Select(value => Math.Sign(value - bend))));
            }
        }

        return sides;
    }

    /// <summary>
    /// How near the nearest kink is, relative to the largest value of its map; infinity where there is none. Exact zeros and ties do not count:
    /// they come from weights that are zero or from values that are joined twice, in any precision.
    /// </summary>
    public static double Margin(Network network, IReadOnlyList<Volume[]> results)
    {
        var margin = double.PositiveInfinity;
        foreach (var node in network.Nodes.Where(n => n is ReluNode or PReluNode or ClipNode or MaxOutNode or MaxPool2dNode))
        {
            var input = results[node.Inputs[0]];

            // Constant channels, other than the zeros behind a ReLU, are constant up to rounding only where the engine computes them.
            if (node is MaxPool2dNode pool && input.Any(image => Windows(pool, image).Any(w => w.Max() != 0 && w.Count(value => value == w.Max()) > 1))) return 0;
            var largest = input.Max(image => image.Data.Max(Math.Abs));
            var distances = input.SelectMany(image => Rivals(node, image)?.SelectMany(r => r.Select(value => r.Max() - value)) ?? Bends(node).SelectMany(bend => image.Data.Select(value => Math.Abs(value - bend))));
            foreach (var distance in distances.Where(d => d > 0)) margin = Math.Min(margin, distance / largest);
        }

        return margin;
    }

    /// <summary>Where a function of single values bends.</summary>
    private static IEnumerable<double> Bends(Node node) => node switch
    {
        ReluNode or PReluNode => [0],
        ClipNode n => new double[] { n.Min, n.Max }.Where(double.IsFinite),
        _ => [],
    };

    /// <summary>The sets of values of which a node takes the largest; null where it takes none.</summary>
    private static IEnumerable<double[]>? Rivals(Node node, Volume input) => node switch
    {
        MaxOutNode => Backgrounds(input),
        MaxPool2dNode pool => Windows(pool, input),
        _ => null,
    };

    private static IEnumerable<double[]> Windows(MaxPool2dNode node, Volume input) =>
        from c in Enumerable.Range(0, input.Channels)
        from y in Enumerable.Range(0, node.Geometry.OutputSize(input.Height))
        from x in Enumerable.Range(0, node.Geometry.OutputSize(input.Width))
        select MaxPoolReference.Window(input, node.Geometry, c, y, x).ToArray();

    /// <summary>The background values of each pixel: all channels but the last.</summary>
    private static IEnumerable<double[]> Backgrounds(Volume map)
    {
        var area = map.Height * map.Width;
        return Enumerable.Range(0, area).Select(p => Enumerable.Range(0, map.Channels - 1).Select(c => map.Data[(c * area) + p]).ToArray());
    }
}
