using Secateur.Graph;
using Secateur.Weights;
using Secateur.Weights.Naming;

namespace Secateur.Models;

/// <summary>Which architecture tensors belong to, whatever a tool made of their names.</summary>
internal static class KnownNetworks
{
    /// <summary>The architecture that only can have these tensors, under their own names or others that are known to stand for them.</summary>
    /// <exception cref="NetworkException">A mask has another shape than its weight.</exception>
    public static Architecture? Recognize(NamedTensors named) =>
        Architectures.Recognize(named.Tensors) ?? Architectures.All.FirstOrDefault(a => a.Recognizes(named.Fit(a.CreateNetwork()).Tensors));

    /// <summary>The architecture that tensors fit which do not fit the network that they were said to be of; null when they do, or fit none.</summary>
    public static string? Instead(NamedTensors named, Network network, NamedTensors fitted) =>
        new WeightMisfit(network, fitted.Tensors).Count == 0 ? null : Fits(named).FirstOrDefault(f => f.Misfit.Count == 0).Name;

    /// <summary>What to say of tensors of no architecture: the closest one and the first differences.</summary>
    public static string Unrecognized(NamedTensors named)
    {
        var message = $"its {named.Tensors.Count} tensors are those of no known network ({string.Join(", ", Architectures.Names)})";
        var (name, misfit) = Fits(named).MaxBy(f => f.Misfit.Matching);
        return misfit.Matching == 0 ? message : $"{message}; the closest is {name}: {misfit}";
    }

    private static IEnumerable<(string Name, WeightMisfit Misfit)> Fits(NamedTensors named) => Architectures.All.Select(architecture =>
    {
        var network = architecture.CreateNetwork();
        return (architecture.Name, new WeightMisfit(network, named.Fit(network).Tensors));
    });
}
