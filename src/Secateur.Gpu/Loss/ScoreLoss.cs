using ILGPU;

namespace Secateur.Gpu.Loss;

/// <summary>Softmax cross-entropy of an anchor's two scores: log(1 + exp(margin of the wrong one)), written so that nothing overflows.</summary>
internal static class ScoreLoss
{
    /// <summary>Writes the two gradients; returns the loss.</summary>
    public static double Add(ArrayView<float> memory, long scores, long gradients, bool isFace, double divisor)
    {
        var margin = (double)memory[scores + 1] - memory[scores];
        if (isFace) margin = -margin;
        var small = DoubleMath.Exp(-Math.Abs(margin));
        var wrong = (float)((margin > 0 ? 1 : small) / (1 + small) / divisor);
        memory[gradients + 1] = isFace ? -wrong : wrong;
        memory[gradients] = isFace ? wrong : -wrong;

        // What is no number is not below zero, and stays what it is.
        return (margin < 0 ? 0 : margin) + DoubleMath.Log(1 + small);
    }
}
