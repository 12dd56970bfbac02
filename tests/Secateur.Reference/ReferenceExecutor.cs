using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Reference;

/// <summary>Runs a model node by node with the reference operations, in double: slow, obvious, and what every faster path is compared with.</summary>
public static class ReferenceExecutor
{
    /// <summary>The result of every node for one image [C, H, W].</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static ImmutableArray<Volume> Run(Model model, Volume image)
    {
        var parameters = ReferenceParameters.Of(model);
        var results = ForwardPass.Run(model.Network, parameters, [image], (norm, batch) => Array.ConvertAll(batch, x =>
            BatchNormReference.Run(x, parameters[norm.Gamma], parameters[norm.Beta], parameters[norm.Mean], parameters[norm.Variance], norm.Epsilon)));
        return [.. results.Select(result => result[0])];
    }
}
