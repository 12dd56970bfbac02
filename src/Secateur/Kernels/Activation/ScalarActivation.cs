namespace Secateur.Kernels.Activation;

/// <summary>The activations of one value.</summary>
internal static class ScalarActivation
{
    /// <summary>max(x, 0) + slope * min(x, 0); slope 0 is ReLU.</summary>
    public static double Apply(double x, double slope) => x > 0 ? x : slope * x;

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
