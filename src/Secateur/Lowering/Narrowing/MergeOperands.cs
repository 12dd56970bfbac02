using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>One operand of a merge that counts.</summary>
/// <param name="Node">Its position.</param>
/// <param name="Targets">For each of its channels the channel of the sum.</param>
/// <param name="Factor">What it is multiplied by; never zero.</param>
internal readonly record struct WeightedOperand(int Node, ImmutableArray<int> Targets, double Factor);

/// <summary>Reads the operands of a merge.</summary>
internal static class MergeOperands
{
    /// <summary>The operands whose factor is not zero.</summary>
    public static IEnumerable<WeightedOperand> Of(Model model, MergeNode node)
    {
        var factors = FusionWeights.Of(model, node);
        WeightedOperand[] operands = [Expand(node.A, node.Channels, factors.First), Expand(node.B, node.Channels, factors.Second)];
        return operands.Where(o => o.Factor != 0);
    }

    private static WeightedOperand Expand(MergeOperand operand, int channels, double factor) =>
        new(operand.Node, operand.Channels.IsEmpty ? [.. Enumerable.Range(0, channels)] : operand.Channels, factor);
}
