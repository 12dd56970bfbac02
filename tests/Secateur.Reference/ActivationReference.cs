namespace Secateur.Reference;

/// <summary>The definition of the activations.</summary>
public static class ActivationReference
{
    /// <summary>max(x, 0) + slope * min(x, 0); slope 0 is ReLU.</summary>
    public static double Apply(double value, double slope) => value > 0 ? value : slope * value;

    /// <summary>The slope of a channel: its own, or the one that all share.</summary>
    public static double SlopeOf(double[] slopes, int channel) => slopes[slopes.Length == 1 ? 0 : channel];

    /// <summary>1 / (1 + exp(-x)).</summary>
    public static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
}
