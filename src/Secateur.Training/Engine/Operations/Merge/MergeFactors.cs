using Secateur.Graph;

namespace Secateur.Training.Engine.Operations.Merge;

/// <summary>The factors of a sum's operands, and their gradients back to the fusion weights.</summary>
/// <param name="node">The fusion; null for a plain sum, whose factors are 1.</param>
/// <param name="parameters">Where its weights lie.</param>
internal sealed class MergeFactors(WeightedFusionNode? node, ParameterVector parameters)
{
    private readonly (int First, int Second)? _weights = node is null ? null : Places(node, parameters);

    /// <summary>Whether there are weights to learn.</summary>
    public bool AreLearned => _weights is not null;

    /// <summary>The factors of the first and the second operand, see <see cref="WeightedFusionNode"/>.</summary>
    public (double First, double Second) Values()
    {
        if (_weights is null) return (1, 1);
        var (a, b, _, _, normal, total) = Parts();
        return (a / normal / total, b / normal / total);
    }

    /// <summary>Adds the gradients by the fusion weights.</summary>
    /// <param name="gradients">The gradient vector.</param>
    /// <param name="first">The gradient by the first factor.</param>
    /// <param name="second">The gradient by the second.</param>
    public void AddGradients(float[] gradients, double first, double second)
    {
        if (_weights is not { } at) return;
        var (a, b, aLearns, bLearns, normal, total) = Parts();

        // w = relu / normal, factor = w / total with total = w0 + w1 + eps: the quotient rule, twice.
        var (w0, w1) = (a / normal, b / normal);
        var common = ((first * w0) + (second * w1)) / (total * total);
        var (by0, by1) = ((first / total) - common, (second / total) - common);
        var shared = ((by0 * a) + (by1 * b)) / (normal * normal);
        if (aLearns) gradients[at.First] += (float)((by0 / normal) - shared);
        if (bLearns) gradients[at.Second] += (float)((by1 / normal) - shared);
    }

    private (double A, double B, bool ALearns, bool BLearns, double Normal, double Total) Parts()
    {
        var (x, y) = (parameters.Values[_weights!.Value.First], parameters.Values[_weights.Value.Second]);
        double a = Math.Max(x, 0), b = Math.Max(y, 0);
        var normal = a + b + WeightedFusionNode.Epsilon;
        return (a, b, x > 0, y > 0, normal, ((a + b) / normal) + WeightedFusionNode.Epsilon);
    }

    private static (int First, int Second) Places(WeightedFusionNode node, ParameterVector parameters)
    {
        var (start, end) = (parameters.RangeOf(node.Weights).Start.Value, parameters.RangeOf(node.Weights).End.Value);
        return (start + node.Column, start + ((end - start) / 2) + node.Column);
    }
}
