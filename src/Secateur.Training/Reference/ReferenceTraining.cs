using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Activation;
using Secateur.Kernels.MaxOut;
using Secateur.Kernels.Merge;
using Secateur.Kernels.Upsample;
using Secateur.Weights;

namespace Secateur.Training.Reference;

/// <summary>
/// Runs and differentiates a network node by node in training mode, in double: slow, obvious, and the definition that the training engine is
/// compared with.
/// </summary>
internal sealed class ReferenceTraining
{
    private readonly Network _network;
    private Volume[][] _results = [];

    /// <summary>Starts from a copy of a model's weights and running statistics.</summary>
    public ReferenceTraining(Model model)
    {
        _network = model.Network;
        Parameters = _network.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(model.Weights[p.Name].Data, value => (double)value));
    }

    /// <summary>Parameters and running statistics by state_dict name, each row-major; may be written to between passes.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters { get; }

    /// <summary>
    /// The results of all nodes for a batch, with the batch's own statistics in every batch norm; the running ones are updated once a node, in
    /// node order.
    /// </summary>
    /// <param name="batch">For each image [C, H, W].</param>
    /// <returns>For each node, for each image, [C, H, W].</returns>
    /// <exception cref="NetworkException">The network cannot run at this size, or a batch norm gets one value a channel, which has no variance.</exception>
    public IReadOnlyList<Volume[]> Forward(Volume[] batch)
    {
        var shapes = NetworkShapes.Infer(_network, batch[0].Height, batch[0].Width);
        _results = new Volume[_network.Nodes.Length][];
        for (var v = 0; v < _results.Length; v++) _results[v] = RunNode(_network.Nodes[v], shapes[v], batch);
        return _results;
    }

    /// <summary>The gradients of the loss for the last batch, from its gradients by results of the network.</summary>
    /// <param name="resultGradients">For each result, its node and, for each image, [C, H, W]; a node that occurs twice counts twice.</param>
    /// <exception cref="InvalidOperationException">There was no forward pass.</exception>
    public ReferenceGradients Backward(IEnumerable<(int Node, Volume[] Gradient)> resultGradients)
    {
        if (_results.Length == 0) throw new InvalidOperationException("there is no forward pass to go back through");
        return new BackwardPass(_network, Parameters, _results).Run(resultGradients);
    }

    /// <summary>The factors of a merge's two operands.</summary>
    internal static FusionWeights FactorsOf(MergeNode node, IReadOnlyDictionary<string, double[]> parameters)
    {
        if (node is not WeightedFusionNode fusion) return new FusionWeights(1, 1);
        var raw = parameters[fusion.Weights];
        return FusionWeights.FromRaw(raw[fusion.Column], raw[(raw.Length / 2) + fusion.Column], WeightedFusionNode.Epsilon);
    }

    private Volume[] RunNode(Node node, MapShape shape, Volume[] batch) => node switch
    {
        InputNode => batch,
        OnesNode => Array.ConvertAll(batch, _ => new Volume(1, shape.Height, shape.Width).Map((_, _) => 1)),
        Conv2dNode n => Conv2dForward.Run(
            _results[n.Input], Parameters[n.Weight], n.Bias is null ? null : Parameters[n.Bias], _network.GeometryOf(n)),
        BatchNormNode n => Normalise(n),
        ReluNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, _) => ActivationReference.Apply(value, 0))),
        PReluNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, _) => ActivationReference.Apply(value, Parameters[n.Slope][0]))),
        MergeNode n => [.. _results[n.A.Node].Zip(_results[n.B.Node], (a, b) => Merge(n, shape, a, b))],
        UpsampleNode { Mode: UpsampleMode.Nearest } n => Array.ConvertAll(_results[n.Input], x => NearestReference.Run(x, shape.Height, shape.Width)),
        UpsampleNode n => Array.ConvertAll(_results[n.Input], x => BilinearReference.Run(x, shape.Height, shape.Width)),
        ConcatNode n => [.. batch.Select((_, image) => ChannelSelection.Concatenate([.. n.Parts.Select(part => _results[part][image])]))],
        SelectNode n => Array.ConvertAll(_results[n.Input], x => ChannelSelection.Gather(x, n.Channels.AsSpan())),
        MaxOutNode n => Array.ConvertAll(_results[n.Input], MaxOutReference.Run),
        _ => throw new NetworkException($"'{node.Name}' has the unknown type {node.GetType().Name}"),
    };

    private Volume[] Normalise(BatchNormNode node)
    {
        var input = _results[node.Input];
        var statistics = BatchStatistics.Of(input);
        if (statistics.Count < 2) throw new NetworkException($"'{node.Name}' gets one value a channel, which has no variance: train on larger images or batches");
        statistics.UpdateRunning(Parameters[node.Mean], Parameters[node.Variance]);
        return Array.ConvertAll(input, x => statistics.Normalise(x, Parameters[node.Gamma], Parameters[node.Beta]));
    }

    private Volume Merge(MergeNode node, MapShape shape, Volume a, Volume b)
    {
        var sum = new Volume(shape.Channels, shape.Height, shape.Width);
        var factors = FactorsOf(node, Parameters);
        MergeReference.Accumulate(sum, a, node.A.Channels.AsSpan(), factors.First);
        MergeReference.Accumulate(sum, b, node.B.Channels.AsSpan(), factors.Second);
        return sum;
    }
}
