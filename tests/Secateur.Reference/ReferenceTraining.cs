using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Reference;

/// <summary>
/// Runs and differentiates a network node by node in training mode, in double: slow, obvious, and the definition that the training engine is
/// compared with.
/// </summary>
public sealed class ReferenceTraining
{
    private readonly Network _network;
    private Volume[][] _results = [];

    /// <summary>Starts from a copy of a model's weights and running statistics.</summary>
    public ReferenceTraining(Model model) => (_network, Parameters) = (model.Network, ReferenceParameters.Of(model));

    /// <summary>Parameters and running statistics by state_dict name, each row-major; may be written to between passes.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters { get; }

    /// <summary>
    /// The results of all nodes for a batch, with the batch's own statistics in every batch norm; the running ones are updated once a node, in
    /// node order.
    /// </summary>
    /// <param name="batch">For each image [C, H, W].</param>
    /// <returns>For each node, for each image, [C, H, W].</returns>
    /// <exception cref="NetworkException">The network cannot run at this size, or a batch norm gets one value a channel, which has no variance.</exception>
    public IReadOnlyList<Volume[]> Forward(Volume[] batch) => _results = ForwardPass.Run(_network, Parameters, batch, Normalise);

    /// <summary>The gradients of the loss for the last batch, from its gradients by results of the network.</summary>
    /// <param name="resultGradients">For each result, its node and, for each image, [C, H, W]; a node that occurs twice counts twice.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public ReferenceGradients Backward(IEnumerable<(int Node, Volume[] Gradient)> resultGradients)
    {
        if (_results.Length == 0) throw new InvalidOperationException("there is no forward pass to go back through");
        return new BackwardPass(_network, Parameters, _results).Run(resultGradients);
    }

    private Volume[] Normalise(BatchNormNode node, Volume[] input)
    {
        var statistics = BatchStatistics.Of(input, node.Epsilon);
        if (statistics.Count < 2) throw new NetworkException($"'{node.Name}' gets one value a channel, which has no variance: train on larger images or batches");
        statistics.UpdateRunning(Parameters[node.Mean], Parameters[node.Variance]);
        return Array.ConvertAll(input, x => BatchNormReference.Run(x, Parameters[node.Gamma], Parameters[node.Beta], statistics.Mean, statistics.Variance, node.Epsilon));
    }
}
