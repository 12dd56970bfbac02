using Secateur.Weights;

namespace Secateur.Reference;

/// <summary>Parameters in double.</summary>
internal static class ReferenceParameters
{
    /// <summary>A copy of a model's weights and running statistics by state_dict name, each row-major.</summary>
    public static IReadOnlyDictionary<string, double[]> Of(Model model) =>
        model.Network.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(model.Weights[p.Name].Data, value => (double)value));
}
