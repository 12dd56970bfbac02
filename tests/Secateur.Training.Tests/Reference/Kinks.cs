using Secateur.Graph;
using Secateur.Reference;

namespace Secateur.Training.Tests.Reference;

/// <summary>Where a network's results stand to the places at which it has no derivative: zero in activations, ties in the max-out.</summary>
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
            if (node is not (ReluNode or PReluNode or MaxOutNode)) continue;
            foreach (var image in results[node.Inputs[0]])
                sides.AddRange(node is MaxOutNode ? Backgrounds(image).Select(b => Array.IndexOf(b, b.Max())) : image.Data.Select(Math.Sign));
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
        foreach (var node in network.Nodes.Where(n => n is ReluNode or PReluNode or MaxOutNode))
        {
            var input = results[node.Inputs[0]];
            var largest = input.Max(image => image.Data.Max(Math.Abs));
            var distances = node is MaxOutNode
                ? input.SelectMany(image => Backgrounds(image).SelectMany(b => b.Select(value => b.Max() - value)))
                : input.SelectMany(image => image.Data).Select(Math.Abs);
            foreach (var distance in distances.Where(d => d > 0)) margin = Math.Min(margin, distance / largest);
        }

        return margin;
    }

    /// <summary>The background values of each pixel: all channels but the last.</summary>
    private static IEnumerable<double[]> Backgrounds(Volume map)
    {
        var area = map.Height * map.Width;
        return Enumerable.Range(0, area).Select(p => Enumerable.Range(0, map.Channels - 1).Select(c => map.Data[(c * area) + p]).ToArray());
    }
}
