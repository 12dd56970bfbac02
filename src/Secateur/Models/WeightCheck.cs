using System.Globalization;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Models;

/// <summary>Tells values that no trained network has: the file is damaged, or the training had diverged.</summary>
internal static class WeightCheck
{
    /// <summary>Products of two larger values overflow float32.</summary>
    private const float Largest = 1e18f;

    /// <summary>In words the first such value and the number of tensors that have some; null when there is none.</summary>
    public static string? Find(Model model)
    {
        var broken = model.Network.Parameters.Where(p => Array.Exists(model.Weights[p.Name].Data, w => IsBroken(w, p.Kind))).ToList();
        if (broken is not [var first, ..]) return null;
        var tensor = model.Weights[first.Name];
        var at = Array.FindIndex(tensor.Data, w => IsBroken(w, first.Kind));
        var value = tensor.Data[at].ToString(CultureInfo.InvariantCulture);
        var others = broken.Count > 1 ? $", and such values in {broken.Count - 1} more tensors" : "";
        return $"has {value} at {first.Name}[{string.Join(", ", IndexOf(at, tensor.Shape))}]{others}; {Expected(first.Kind)}: "
            + "the file is damaged, or the training had diverged";
    }

    private static bool IsBroken(float value, ParameterKind kind) =>
        !(Math.Abs(value) <= Largest) || (kind == ParameterKind.NormVariance && value < 0);

    private static string Expected(ParameterKind kind) => kind == ParameterKind.NormVariance
        ? FormattableString.Invariant($"expected variances from 0 to {Largest:0e0}")
        : FormattableString.Invariant($"expected finite values of at most {Largest:0e0}");

    private static IEnumerable<int> IndexOf(int position, IReadOnlyList<int> shape)
    {
        var index = new int[shape.Count];
        for (var d = shape.Count - 1; d >= 0; d--) (position, index[d]) = (position / shape[d], position % shape[d]);
        return index;
    }
}
