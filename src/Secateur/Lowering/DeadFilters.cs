using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>Filters that decay has all but zeroed in training: what they give does not depend on the image, within far less than float rounding.</summary>
public static class DeadFilters
{
    /// <summary>The magnitude under which all weights of a dead filter are.</summary>
    public const float Threshold = 1e-10f;

    /// <summary>Whether all weights of a filter are under <see cref="Threshold"/> in magnitude; a filter of zeros is dead, too.</summary>
    public static bool IsDead(ReadOnlySpan<float> filter)
    {
        foreach (var weight in filter)
        {
            if (!(Math.Abs(weight) < Threshold)) return false;
        }

        return true;
    }

    /// <summary>The same model with the weights of the dead filters zero; biases stay.</summary>
    internal static Model Clear(Model model)
    {
        var weights = model.Weights.ToDictionary();
        foreach (var parameter in model.Network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight))
        {
            var cleared = weights[parameter.Name].Clone();
            var size = cleared.Length / cleared.Shape[0];
            for (var o = 0; o < cleared.Shape[0]; o++)
            {
                var filter = cleared.Data.AsSpan(o * size, size);
                if (IsDead(filter)) filter.Clear();
            }

            weights[parameter.Name] = cleared;
        }

        return new Model(model.Network, weights, model.Info);
    }
}
