using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Onnx.Import;

/// <summary>
/// Finds the layers whose filters stand for something outside: those from which an output is reached with no convolution between that mixes channels.
/// </summary>
internal static class HeadLayers
{
    /// <summary>Their names.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<Node> nodes, IEnumerable<NetworkOutput> outputs, IReadOnlyDictionary<string, Tensor> weights)
    {
        var (layers, seen) = (new HashSet<string>(), new bool[nodes.Count]);
        var open = new Stack<int>(outputs.Select(o => o.Node));
        while (open.TryPop(out var index))
        {
            if (seen[index]) continue;
            seen[index] = true;
            if (nodes[index] is Conv2dNode conv)
            {
                layers.Add(conv.Layer);
                if (weights[conv.Weight].Shape[1] > 1) continue;
            }

            foreach (var input in nodes[index].ValueInputs) open.Push(input);
        }

        return layers;
    }
}
