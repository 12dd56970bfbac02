using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering.Parameters;

/// <summary>The factors of a merge's two operands: result = First * a + Second * b.</summary>
/// <param name="First">Factor of the first operand.</param>
/// <param name="Second">Factor of the second operand.</param>
internal readonly record struct FusionWeights(double First, double Second)
{
    /// <summary>Of a model's merge: 1 and 1 for a sum, EResFD's fusion weights (arXiv 2204.01209) for a weighted fusion.</summary>
    public static FusionWeights Of(Model model, MergeNode node) => node switch
    {
        AddNode => new FusionWeights(1, 1),
        WeightedFusionNode n => FromColumn(model.Weights[n.Weights], n.Column, WeightedFusionNode.Epsilon),
        _ => throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) is a merge whose factors are not known"),
    };

    /// <summary>From the raw weights [2, columns]: relu, divided by (column sum + epsilon), and again by (their sum + epsilon).</summary>
    public static FusionWeights FromColumn(Tensor weights, int column, double epsilon)
    {
        double first = Math.Max(weights.Data[column], 0), second = Math.Max(weights.Data[weights.Shape[1] + column], 0);
        var sum = first + second + epsilon;
        first /= sum;
        second /= sum;
        return new FusionWeights(first / (first + second + epsilon), second / (first + second + epsilon));
    }
}
