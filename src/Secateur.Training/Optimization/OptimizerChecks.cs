using System.Runtime.CompilerServices;

namespace Secateur.Training.Optimization;

/// <summary>What optimisers refuse, wherever they run.</summary>
internal static class OptimizerChecks
{
    /// <summary>Refuses learning rates and weight decays that are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public static void Rate(double rate, [CallerArgumentExpression(nameof(rate))] string? name = null)
    {
        if (!(rate >= 0) || !double.IsFinite(rate)) throw new ArgumentOutOfRangeException(name, rate, "expected 0 or more");
    }

    /// <summary>Refuses a saved state of another optimiser or network.</summary>
    /// <param name="steps">The saved steps.</param>
    /// <param name="state">The saved arrays.</param>
    /// <param name="names">The names that they must have.</param>
    /// <param name="length">The values that each must have.</param>
    /// <exception cref="ArgumentException">An array is missing, unexpected or of another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is negative.</exception>
    public static void State(long steps, IReadOnlyDictionary<string, float[]> state, IEnumerable<string> names, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (!names.ToHashSet().SetEquals(state.Keys))
            throw new ArgumentException($"expected the arrays {ListNames(names)}, got {ListNames(state.Keys)}", nameof(state));
        foreach (var (name, values) in state)
        {
            if (values.Length != length) throw new ArgumentException($"'{name}' has {values.Length} values, the parameters {length}", nameof(state));
        }
    }

    private static string ListNames(IEnumerable<string> names) => $"[{string.Join(", ", names.Order(StringComparer.Ordinal))}]";
}
