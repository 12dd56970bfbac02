namespace Secateur.Reference;

/// <summary>The definition of the activations: max(x, 0) + slope * min(x, 0); slope 0 is ReLU.</summary>
public static class ActivationReference
{
    /// <summary>The activation of one value.</summary>
    public static double Apply(double value, double slope) => value > 0 ? value : slope * value;
}
