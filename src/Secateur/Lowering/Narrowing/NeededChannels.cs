using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>The backward pass: which channels of every node reach a result through weights that are not zero.</summary>
internal static class NeededChannels
{
    /// <summary>For each node and channel of a model without batch norms, whether it is needed.</summary>
    public static bool[][] Find(Model model)
    {
        var needed = Find(model, (_, _) => false);
        if (!model.Network.Nodes.OfType<MultiplyNode>().Any()) return needed;

        // What is multiplied by zero is not needed either, but what is zero is known only now.
        var values = new ChannelValues(model, needed);
        return Find(model, (v, c) => model.Network.Nodes[v] is MultiplyNode && values.IsZero(v, c));
    }

    private static bool[][] Find(Model model, Func<int, int, bool> needsNothing)
    {
        var network = model.Network;
        var needed = network.Nodes.Select((_, v) => new bool[network.ChannelsOf(v)]).ToArray();
        foreach (var result in network.Results) Array.Fill(needed[result], true);

        for (var v = needed.Length - 1; v >= 0; v--)
        {
            for (var c = 0; c < needed[v].Length; c++) needed[v][c] &= !needsNothing(v, c);
            ChannelRule.Of(network.Nodes[v]).MarkNeeded(model, network.Nodes[v], needed[v], needed);
        }

        return needed;
    }
}
