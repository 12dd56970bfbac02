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
        : this(network, weights, info, null)
    {
    }

    /// <summary>Checks that the weights are exactly those that the network needs, and that the quantization fits them.</summary>
    /// <param name="network">The graph.</param>
    /// <param name="weights">The weights; those that are quantized as the numbers that they stand for.</param>
    /// <param name="info">Provenance, licence.</param>
    /// <param name="quantization">What of it runs in integers; null for nothing.</param>
    /// <exception cref="NetworkException">Tensors are missing, unexpected or of another shape, or the quantization does not fit.</exception>
    public Model(Network network, IEnumerable<KeyValuePair<string, Tensor>> weights, ModelInfo info, ModelQuantization? quantization)
    {
        Network = network;
        Weights = weights.ToFrozenDictionary();
        Info = info;
        var misfit = new WeightMisfit(network, Weights);
        if (misfit.Count > 0) throw new NetworkException($"the weights do not fit {network.Architecture}: {misfit}");
        Quantization = quantization;
        if (quantization?.Misfit(network, Weights) is { } problem) throw new NetworkException($"the quantization does not fit: {problem}");
    }

    /// <summary>The graph.</summary>
    public Network Network { get; }

    /// <summary>Parameters and running statistics by state_dict name.</summary>
    public FrozenDictionary<string, Tensor> Weights { get; }

    /// <summary>Provenance, licence.</summary>
    public ModelInfo Info { get; }

    /// <summary>What of the model runs in integers; null for nothing. Whatever changes the network or the weights makes a model of floats.</summary>
    public ModelQuantization? Quantization { get; }

    /// <summary>The same network and weights with other information.</summary>
    public Model With(ModelInfo info) => new(Network, Weights, info, Quantization);

    /// <summary>The same weights with another head.</summary>
    /// <exception cref="NetworkException">The head does not fit the network.</exception>
    public Model With(DetectorHead head) => new(Network.With(head), Weights, Info, Quantization);
}
