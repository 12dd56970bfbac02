using Secateur.Graph;
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

        for (var v = needed.Length - 1; v >= 0; v--) MarkInputs(model, network.Nodes[v], needed[v], needed);
        return needed;
    }

    private static void MarkInputs(Model model, Node node, bool[] result, bool[][] needed)
    {
        switch (node)
        {
            case InputNode or OnesNode:
                break;
            case Conv2dNode n:
                var filters = ConvFilters.Of(model, n);
                for (var o = 0; o < result.Length; o++)
                {
                    if (!result[o]) continue;
                    var (start, end) = filters.InputsOf(o);
                    for (var i = start; i < end; i++) needed[n.Input][i] |= filters.Reads(o, i);
                }

                break;
            case ReluNode or PReluNode or UpsampleNode:
                for (var c = 0; c < result.Length; c++) needed[node.Inputs[0]][c] |= result[c];
                break;
            case SelectNode n:
                for (var c = 0; c < result.Length; c++) needed[n.Input][n.Channels[c]] |= result[c];
                break;
            case MergeNode n:
                foreach (var operand in MergeOperands.Of(model, n))
                {
                    for (var c = 0; c < operand.Targets.Length; c++) needed[operand.Node][c] |= result[operand.Targets[c]];
                }

                break;
            case ConcatNode n:
                var at = 0;
                foreach (var part in n.Parts)
                {
                    for (var c = 0; c < needed[part].Length; c++) needed[part][c] |= result[at + c];
                    at += needed[part].Length;
                }

                break;
            case MaxOutNode n:
                // Both channels come from one operation: either needs it whole.
                if (!Array.Exists(result, r => r)) break;
                Array.Fill(result, true);
                Array.Fill(needed[n.Input], true);
                break;
            default:
                throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) cannot be compacted");
        }
    }
}
