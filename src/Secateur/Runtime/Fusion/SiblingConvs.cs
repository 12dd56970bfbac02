using Secateur.Graph;
using Secateur.Kernels.Conv2d;

namespace Secateur.Runtime.Fusion;

/// <summary>
/// Finds convolutions that one step may compute as if they were one: they read the same value in the same way and do the same to their sums.
/// So a value is read once for all, and blocks of few channels, which wait for memory, become blocks of more.
/// </summary>
internal static class SiblingConvs
{
    // Joined weights are copies, and weights may be shared: a file must not make them grow without end.
    private const int Most = 8;

    /// <summary>All convolutions that run as steps of their own, siblings together, in the order of the network.</summary>
    public static IEnumerable<FusedConv[]> Group(Network network, DataFlow flow) =>
        flow.Chains
            .OfType<FusedConv>()
            .Where(chain => flow.ComputedBy[chain.Last] == chain.Last && flow.Separables[chain.Last] is null)
            .OrderBy(chain => chain.Node)
            .GroupBy(chain => KeyOf(network, flow, chain))
            .SelectMany(siblings => siblings.Chunk(Most));

    private static Key KeyOf(Network network, DataFlow flow, FusedConv chain)
    {
        var node = (Conv2dNode)network.Nodes[chain.Node];
        var geometry = network.GeometryOf(node);

        // Those that fill a block gain nothing; of groups, and of those that add a map to their sums, each stays alone.
        var alone = geometry.Groups > 1 || chain.Merge is not null || network.ChannelsOf(chain.Node) > DenseConv.MaxBlock ? chain : null;
        return new Key(flow.Source(node.Input), geometry, chain.Activation?.GetType(), (chain.Activation as PReluNode)?.Slope, alone);
    }

    private sealed record Key(int Input, ConvGeometry Geometry, Type? Activation, string? Slope, FusedConv? Alone);
}
