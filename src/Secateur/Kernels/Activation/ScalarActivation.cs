namespace Secateur.Kernels.Activation;

/// <summary>The activations of one value: max(x, 0) + slope * min(x, 0); slope 0 is ReLU.</summary>
internal static class ScalarActivation
{
    /// <summary>The activation of <paramref name="x"/>.</summary>
    public static double Apply(double x, double slope) => x > 0 ? x : slope * x;
}
