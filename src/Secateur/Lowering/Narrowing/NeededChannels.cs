using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>The backward pass: which channels of every node reach a result through weights that are not zero.</summary>
internal static class NeededChannels
{
    /// <summary>For each node and channel of a model without batch norms, whether it is needed.</summary>
    public static bool[][] Find(Model model)
    {
        var network = model.Network;
        var needed = network.Nodes.Select((_, v) => new bool[network.ChannelsOf(v)]).ToArray();
        foreach (var result in network.Results) Array.Fill(needed[result], true);

        for (var v = needed.Length - 1; v >= 0; v--) ChannelRule.Of(network.Nodes[v]).MarkNeeded(model, network.Nodes[v], needed[v], needed);
        return needed;
    }
}
