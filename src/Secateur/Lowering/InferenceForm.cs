using Secateur.Graph;
using Secateur.Lowering.Narrowing;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>
/// The form in which a model runs: without batch norms, and where compaction left weights shared, with weights of its own for every use of a layer.
/// A file holds a shared weight once, for all channels that some use reads; what is fixed in one use, such as half of what EXTD's second pass reads,
/// goes into a bias here.
/// </summary>
internal static class InferenceForm
{
    /// <summary>A model that computes the same, up to rounding.</summary>
    public static Model Of(Model model)
    {
        var folded = FoldBatchNorm.Run(model);
        return SharesForFixedChannels(folded.Network) ? Rewriter.Run(folded, sharesWeights: false).Model : folded;
    }

    private static bool SharesForFixedChannels(Network network)
    {
        var isFixed = ImageIndependence.Find(network);
        var weights = new HashSet<string>();
        return isFixed.Contains(true) && network.Nodes.Where((_, v) => !isFixed[v]).OfType<Conv2dNode>().Any(conv => !weights.Add(conv.Weight));
    }
}
