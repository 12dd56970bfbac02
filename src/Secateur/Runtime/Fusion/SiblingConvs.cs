using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using static System.Runtime.InteropServices.ImmutableCollectionsMarshal;

namespace Secateur.Runtime.Fusion;

/// <summary>
/// Finds convolutions that one step may compute as if they were one: they read the same value in the same way and do the same to their sums.
/// So a value is read once for all, and blocks of few channels, which wait for memory, become blocks of more.
/// </summary>
internal static class SiblingConvs
{
    // Joined weights are copies, and weights may be shared: a file must not make them grow without end.
    private const int Most = 8;

    /// <summary>The steps with all convolutions that run as steps of their own, siblings together: computed as soon as the first of them is needed.</summary>
    public static FusedSteps Run(Network network, ValueFlow values, FusedSteps steps)
    {
        var convolutions = new IReadOnlyList<FusedConv>?[network.Nodes.Length];
        var turns = Arrays.Of(convolutions.Length, i => i);
        foreach (var siblings in Group(network, values, steps))
        {
            var turn = siblings.Min(chain => chain.Last);
            foreach (var chain in siblings) turns[chain.Last] = turn;
            convolutions[turn] = siblings;
        }

        return steps with { Convolutions = AsImmutableArray(convolutions), ComputedBy = [.. steps.ComputedBy.Select(last => turns[last])] };
    }

    /// <summary>In the order of the network.</summary>
    private static IEnumerable<FusedConv[]> Group(Network network, ValueFlow values, FusedSteps steps) =>
        steps.Chains
            .OfType<FusedConv>()
            .Where(chain => steps.ComputedBy[chain.Last] == chain.Last && steps.Separables[chain.Last] is null)
            .OrderBy(chain => chain.Node)
            .GroupBy(chain => KeyOf(network, values, chain))
            .SelectMany(siblings => siblings.Chunk(Most));

    private static Key KeyOf(Network network, ValueFlow values, FusedConv chain)
    {
        var node = (Conv2dNode)network.Nodes[chain.Node];
        var geometry = network.GeometryOf(node);

        // Those that fill a block gain nothing; of groups, and of those to whose sums more is done than an activation, each stays alone.
        var isAlone = geometry.Groups > 1 || chain.Merge is not null || chain.Afterwards is not null || network.ChannelsOf(chain.Node) > DenseConv.MaxBlock;
        return new Key(values.Source(node.Input), geometry, chain.Activation?.GetType(), (chain.Activation as PReluNode)?.Slope, isAlone ? chain.Node : null);
    }

    /// <summary>What siblings have in common.</summary>
    private sealed record Key(int Input, ConvGeometry Geometry, Type? Activation, string? Slope, int? Alone);
}
