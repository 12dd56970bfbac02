using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Parameters;

/// <summary>The slopes of a PReLU.</summary>
internal static class Slopes
{
    /// <summary>That of a channel: its own, or the one that all share.</summary>
    public static float Of(Model model, PReluNode node, int channel) => model.Weights[node.Slope].Data is { Length: > 1 } slopes ? slopes[channel] : model.Weights[node.Slope].Data[0];
}
