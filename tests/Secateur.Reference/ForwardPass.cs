using Secateur.Graph;

namespace Secateur.Reference;

/// <summary>Runs a network node by node over a batch.</summary>
/// <param name="network">The graph.</param>
/// <param name="parameters">All parameters by name.</param>
/// <param name="batch">For each image [C, H, W].</param>
/// <param name="normalise">What a batch norm makes of its input: training and inference differ in nothing else.</param>
internal sealed class ForwardPass(
    Network network, IReadOnlyDictionary<string, double[]> parameters, Volume[] batch, Func<BatchNormNode, Volume[], Volume[]> normalise)
{
    private readonly Volume[][] _results = new Volume[network.Nodes.Length][];

    /// <summary>The result of every node, for each image [C, H, W].</summary>
    /// <exception cref="NetworkException">The network cannot run at this size.</exception>
    public static Volume[][] Run(
        Network network, IReadOnlyDictionary<string, double[]> parameters, Volume[] batch, Func<BatchNormNode, Volume[], Volume[]> normalise)
    {
        var shapes = NetworkShapes.Infer(network, batch[0].Height, batch[0].Width);
        var pass = new ForwardPass(network, parameters, batch, normalise);
        for (var v = 0; v < shapes.Length; v++) pass._results[v] = pass.RunNode(network.Nodes[v], shapes[v]);
        return pass._results;
    }

    private Volume[] RunNode(Node node, MapShape shape) => node switch
    {
        InputNode => batch,
        OnesNode => Array.ConvertAll(batch, _ => new Volume(1, shape.Height, shape.Width).Map((_, _) => 1)),
        Conv2dNode n => Conv2dReference.Run(
            _results[n.Input], parameters[n.Weight], n.Bias is null ? null : parameters[n.Bias], network.GeometryOf(n)),
        BatchNormNode n => normalise(n, _results[n.Input]),
        ReluNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, _) => ActivationReference.Apply(value, 0))),
        PReluNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, c) => ActivationReference.Apply(value, ActivationReference.SlopeOf(parameters[n.Slope], c)))),
        ClipNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, _) => Math.Min(Math.Max(value, n.Min), n.Max))),
        SigmoidNode n => Array.ConvertAll(_results[n.Input], x => x.Map((value, _) => ActivationReference.Sigmoid(value))),
        MultiplyNode n => [.. _results[n.Input].Zip(_results[n.Factor], ProductReference.Run)],
        MergeNode n => [.. _results[n.A.Node].Zip(_results[n.B.Node], (a, b) => Merge(n, shape, a, b))],
        UpsampleNode { Mode: UpsampleMode.Nearest } n => Array.ConvertAll(_results[n.Input], x => NearestReference.Run(x, shape.Height, shape.Width)),
        UpsampleNode n => Array.ConvertAll(_results[n.Input], x => BilinearReference.Run(x, shape.Height, shape.Width)),
        MaxPool2dNode n => Array.ConvertAll(_results[n.Input], x => MaxPoolReference.Run(x, n.Geometry)),
        AveragePool2dNode n => Array.ConvertAll(_results[n.Input], x => AveragePoolReference.Run(x, n.Geometry, n.CountPadding)),
        GlobalAveragePoolNode n => Array.ConvertAll(_results[n.Input], AveragePoolReference.Mean),
        ConcatNode n => [.. batch.Select((_, image) => ChannelSelection.Concatenate([.. n.Parts.Select(part => _results[part][image])]))],
        SelectNode n => Array.ConvertAll(_results[n.Input], x => ChannelSelection.Gather(x, n.Channels.AsSpan())),
        MaxOutNode n => Array.ConvertAll(_results[n.Input], MaxOutReference.Run),
        _ => throw new NetworkException($"'{node.Name}' has the unknown type {node.GetType().Name}"),
    };

    private Volume Merge(MergeNode node, MapShape shape, Volume a, Volume b)
    {
        var sum = new Volume(shape.Channels, shape.Height, shape.Width);
        var (first, second) = MergeReference.Factors(node, parameters);
        MergeReference.Accumulate(sum, a, node.A.Channels.AsSpan(), first);
        MergeReference.Accumulate(sum, b, node.B.Channels.AsSpan(), second);
        return sum;
    }
}
