using System.Collections.Frozen;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Weights;

/// <summary>A network with its weights and where they come from: the one value that the stages pass on. Immutable; tensors are shared, not copied.</summary>
public sealed class Model
{
    /// <summary>Checks that the weights are exactly those that the network needs.</summary>
    /// <exception cref="NetworkException">Tensors are missing, unexpected or of another shape; all are listed.</exception>
    public Model(Network network, IEnumerable<KeyValuePair<string, Tensor>> weights, ModelInfo info)
    {
        Network = network;
        Weights = weights.ToFrozenDictionary();
        Info = info;
        var needed = network.Parameters.ToDictionary(p => p.Name);
        var missing = network.Parameters.Where(p => !Weights.ContainsKey(p.Name)).Select(p => $"{p.Name} {Tensor.FormatShape(p.Shape)}").ToList();
        var unexpected = Weights.Keys.Where(name => !needed.ContainsKey(name)).Order(StringComparer.Ordinal).ToList();
        var misshaped = network.Parameters
            .Where(p => Weights.TryGetValue(p.Name, out var tensor) && !tensor.HasShape(p.Shape))
            .Select(p => $"{p.Name} is {Weights[p.Name]} instead of {Tensor.FormatShape(p.Shape)}")
            .ToList();
        string[] problems = [Describe("missing", missing), Describe("unexpected", unexpected), Describe("of another shape", misshaped)];
        if (problems.Any(p => p.Length > 0))
            throw new NetworkException($"the weights do not fit {network.Architecture}: {string.Join("; ", problems.Where(p => p.Length > 0))}");
    }

    /// <summary>The graph.</summary>
    public Network Network { get; }

    /// <summary>Parameters and running statistics by state_dict name.</summary>
    public FrozenDictionary<string, Tensor> Weights { get; }

    /// <summary>Provenance, licence.</summary>
    public ModelInfo Info { get; }

    /// <summary>The same network and weights with other information.</summary>
    public Model With(ModelInfo info) => new(Network, Weights, info);

    /// <summary>The same weights with another head.</summary>
    /// <exception cref="NetworkException">The head does not fit the network.</exception>
    public Model With(DetectorHead head) => new(Network.With(head), Weights, Info);

    private static string Describe(string what, List<string> names) => names.Count == 0 ? "" : $"{names.Count} {what} ({string.Join(", ", names)})";
}
