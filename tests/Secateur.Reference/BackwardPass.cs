using Secateur.Graph;

namespace Secateur.Reference;

/// <summary>One backward pass: the chain rule over the nodes, last first; each hands its gradient to the nodes and parameters that it reads.</summary>
/// <param name="network">The graph.</param>
/// <param name="parameters">All parameters by name.</param>
/// <param name="results">What the forward pass gave, for each node, for each image [C, H, W].</param>
internal sealed class BackwardPass(Network network, IReadOnlyDictionary<string, double[]> parameters, Volume[][] results)
{
    private readonly Volume[]?[] _gradients = new Volume[results.Length][];

    private readonly Dictionary<string, double[]> _parameterGradients =
        network.Parameters.Where(p => p.IsLearnable).ToDictionary(p => p.Name, p => new double[p.Count]);

    /// <summary>Runs the pass; once only.</summary>
    /// <param name="resultGradients">For each result, its node and, for each image, [C, H, W]; a node that occurs twice counts twice.</param>
    public ReferenceGradients Run(IEnumerable<(int Node, Volume[] Gradient)> resultGradients)
    {
        foreach (var (node, gradient) in resultGradients) Accumulate(node, Array.ConvertAll(gradient, image => image.Map((value, _) => value)));
        for (var v = results.Length - 1; v >= 0; v--)
        {
            if (_gradients[v] is { } gradient) Propagate(network.Nodes[v], gradient);
        }

        var input = network.Nodes.Index().Single(n => n.Item is InputNode).Index;
        return new ReferenceGradients(_parameterGradients, _gradients[input] ?? Array.ConvertAll(results[input], x => x.ZerosLike()));
    }

    private void Propagate(Node node, Volume[] gradient)
    {
        switch (node)
        {
            case InputNode or OnesNode:
                break;
            case Conv2dNode n:
                var geometry = network.GeometryOf(n);
                Conv2dGradient.AddWeight(gradient, results[n.Input], geometry, _parameterGradients[n.Weight]);
                if (n.Bias is not null) Conv2dGradient.AddBias(gradient, _parameterGradients[n.Bias]);
                Accumulate(n.Input, Conv2dGradient.Input(gradient, parameters[n.Weight], results[n.Input], geometry));
                break;
            case BatchNormNode n:
                Accumulate(
                    n.Input,
                    BatchNormGradient.Run(gradient, results[n.Input], parameters[n.Gamma], n.Epsilon, _parameterGradients[n.Gamma], _parameterGradients[n.Beta]));
                break;
            case ReluNode n:
                Accumulate(n.Input, gradient, (dy, x) => ActivationGradient.Input(dy, x, 0));
                break;
            case PReluNode n:
                foreach (var (dy, x) in gradient.Zip(results[n.Input])) ActivationGradient.AddSlopes(dy, x, _parameterGradients[n.Slope]);
                Accumulate(n.Input, gradient, (dy, x) => ActivationGradient.Input(dy, x, parameters[n.Slope]));
                break;
            case ClipNode n:
                Accumulate(n.Input, gradient, (dy, x) => ActivationGradient.Input(dy, x, (value, _) => value > n.Min && value < n.Max ? 1 : 0));
                break;
            case SigmoidNode n:
                Accumulate(n.Input, gradient, (dy, x) => ActivationGradient.Input(dy, x, (value, _) => ActivationReference.Sigmoid(value) * ActivationReference.Sigmoid(-value)));
                break;
            case MultiplyNode n:
                Accumulate(n.Input, [.. gradient.Zip(results[n.Factor], ProductReference.Run)]);
                Accumulate(n.Factor, [.. gradient.Select((dy, image) => ProductReference.FactorGradient(dy, results[n.Input][image], results[n.Factor][image]))]);
                break;
            case MergeNode n:
                var factors = MergeReference.Factors(n, parameters);
                Accumulate(n.A.Node, gradient, (dy, a) => MergeGradient.Operand(dy, a, n.A.Channels.AsSpan(), factors.First));
                Accumulate(n.B.Node, gradient, (dy, b) => MergeGradient.Operand(dy, b, n.B.Channels.AsSpan(), factors.Second));
                if (n is WeightedFusionNode fusion) AddFusionWeights(fusion, gradient);
                break;
            case UpsampleNode n:
                Accumulate(n.Input, gradient, (dy, x) => UpsampleGradient.Input(dy, x, n.Mode));
                break;
            case MaxPool2dNode n:
                Accumulate(n.Input, gradient, (dy, x) => MaxPoolReference.InputGradient(dy, x, n.Geometry));
                break;
            case AveragePool2dNode n:
                Accumulate(n.Input, gradient, (dy, x) => AveragePoolReference.InputGradient(dy, x, n.Geometry, n.CountPadding));
                break;
            case GlobalAveragePoolNode n:
                Accumulate(n.Input, gradient, (dy, x) => x.Map((_, c) => dy[c, 0, 0] / (x.Height * x.Width)));
                break;
            case ConcatNode n:
                var first = 0;
                foreach (var part in n.Parts)
                {
                    var channels = Enumerable.Range(first, network.ChannelsOf(part)).ToArray();
                    Accumulate(part, Array.ConvertAll(gradient, dy => ChannelSelection.Gather(dy, channels)));
                    first += channels.Length;
                }

                break;
            case SelectNode n:
                Accumulate(n.Input, gradient, (dy, x) => ChannelSelection.Scatter(dy, x, n.Channels.AsSpan()));
                break;
            case MaxOutNode n:
                Accumulate(n.Input, gradient, MaxOutGradient.Input);
                break;
            default:
                throw new NetworkException($"'{node.Name}' has the unknown type {node.GetType().Name}");
        }
    }

    private void AddFusionWeights(WeightedFusionNode node, Volume[] gradient)
    {
        double FactorOf(MergeOperand operand) =>
            gradient.Zip(results[operand.Node], (dy, x) => MergeGradient.Factor(dy, x, operand.Channels.AsSpan())).Sum();

        var (raw, target) = (parameters[node.Weights], _parameterGradients[node.Weights]);
        var (first, second) = (node.Column, (raw.Length / 2) + node.Column);
        var (d0, d1) = FusionGradient.Raw((FactorOf(node.A), FactorOf(node.B)), raw[first], raw[second], WeightedFusionNode.Epsilon);
        target[first] += d0;
        target[second] += d1;
    }

    /// <summary>Image by image: from the gradient of a result and the value of the node that it comes from.</summary>
    private void Accumulate(int node, Volume[] gradient, Func<Volume, Volume, Volume> inputGradient) =>
        Accumulate(node, [.. gradient.Zip(results[node], inputGradient)]);

    /// <summary>A node that several others read gets the sum of what they hand to it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="gradient">A share of its gradient; kept and changed.</param>
    private void Accumulate(int node, Volume[] gradient)
    {
        if (_gradients[node] is not { } sums)
        {
            _gradients[node] = gradient;
            return;
        }

        foreach (var (sum, share) in sums.Zip(gradient))
        {
            for (var p = 0; p < sum.Data.Length; p++) sum.Data[p] += share.Data[p];
        }
    }
}
