using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering.Parameters;

/// <summary>A batch norm at inference: y = Scale[c] * x + Shift[c], in double.</summary>
internal sealed record ChannelAffine(double[] Scale, double[] Shift)
{
    /// <summary>What a model's batch norm does.</summary>
    public static ChannelAffine Of(Model model, BatchNormNode n) =>
        FromNorm(model.Weights[n.Gamma], model.Weights[n.Beta], model.Weights[n.Mean], model.Weights[n.Variance], n.Epsilon);

    /// <summary>Scale = gamma / sqrt(variance + epsilon), Shift = beta - Scale * mean; all tensors [C].</summary>
    public static ChannelAffine FromNorm(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double epsilon)
    {
        var scale = new double[gamma.Length];
        var shift = new double[gamma.Length];
        for (var c = 0; c < scale.Length; c++)
        {
            scale[c] = gamma.Data[c] / Math.Sqrt(variance.Data[c] + epsilon);
            shift[c] = beta.Data[c] - (scale[c] * mean.Data[c]);
        }

        return new ChannelAffine(scale, shift);
    }
}
