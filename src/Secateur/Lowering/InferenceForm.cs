using Secateur.Graph;
using Secateur.Lowering.Narrowing;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>
/// The form in which a model runs: without batch norms, and where compaction left a weight shared, with a weight of its own for every use that reads
/// other channels. A file holds a shared weight once, for all channels that some use reads; what is fixed in one use, such as half of what EXTD's
/// second pass reads, only moves its sums here.
/// </summary>
internal static class InferenceForm
{
    // Rewriting takes time and memory for each node and channel, and makes one weight many: no file may make that much. EXTD has up to 370 nodes of
    // 25,000 channels in all, and uses of 0.6 million weights.
    private const int MostNodes = 1 << 10;
    private const int MostChannels = 1 << 16;
    private const int MostWeights = 1 << 22;

    /// <summary>A model that computes the same, up to rounding; the same model where there is nothing to gain.</summary>
    /// <param name="folded">A model without batch norms.</param>
    public static Model NarrowUses(Model folded)
    {
        if (!SharesForFixedChannels(folded.Network) || !IsSmall(folded.Network)) return folded;
        try
        {
            return Rewriter.Run(folded, sharesWeights: false);
        }
        catch (NetworkException)
        {
            // Too entangled, or too large when rewritten. It runs as it is.
            return folded;
        }
    }

    private static bool SharesForFixedChannels(Network network)
    {
        var isFixed = FixedNodes.Find(network);
        var weights = new HashSet<string>();
        return isFixed.Contains(true) && network.Nodes.Where((_, v) => !isFixed[v]).OfType<Conv2dNode>().Any(conv => !weights.Add(conv.Weight));
    }

    private static bool IsSmall(Network network) =>
        network.Nodes.Length <= MostNodes
        && network.Nodes.Select((_, v) => (long)network.ChannelsOf(v)).Sum() <= MostChannels
        && network.Nodes.OfType<Conv2dNode>().Sum(conv => (long)network.Parameter(conv.Weight).Count) <= MostWeights;
}
