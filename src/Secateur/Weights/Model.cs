using System.Collections.Frozen;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Weights;

/// <summary>A network with its weights and where they come from: the one value that the stages pass on. Immutable; tensors are shared, not copied.</summary>
public sealed class Model
{
    /// <summary>Checks that the weights are exactly those that the network needs.</summary>
    /// <exception cref="NetworkException">Tensors are missing, unexpected or of another shape; the first few of each are listed.</exception>
    public Model(Network network, IEnumerable<KeyValuePair<string, Tensor>> weights, ModelInfo info)
    {
        Network = network;
        Weights = weights.ToFrozenDictionary();
        Info = info;
        var misfit = new WeightMisfit(network, Weights);
        if (misfit.Count > 0) throw new NetworkException($"the weights do not fit {network.Architecture}: {misfit}");
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
}
