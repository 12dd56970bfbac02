using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>Seeded small models that combine every operation in every way the graph allows, with zeros of every kind in their weights.</summary>
public sealed class RandomNetworks : RandomGraph
{
    private readonly Random _poolings;
    private readonly List<LayerSpec> _layers = [];

    private RandomNetworks(int seed, bool imported)
        : base(seed, imported) => _poolings = new Random(~seed);

    /// <summary>A model whose filters are pruned at a rate of its own in each layer, from none to all.</summary>
    public static Model Create(int seed) => Create(seed, imported: false);

    /// <summary>The network of the same seed with no weight pruned.</summary>
    public static Model CreateDense(int seed) => RandomWeights.Fill(new RandomNetworks(seed, imported: false).Grow(), seed);

    /// <summary>A model with the nodes that only imported networks have, no weight pruned.</summary>
    public static Model CreateDenseImported(int seed) => RandomWeights.Fill(new RandomNetworks(seed, imported: true).Grow(), seed);

    /// <summary>A pruned model with the nodes that only imported networks have.</summary>
    public static Model CreateImported(int seed) => Create(seed, imported: true);

    private static Model Create(int seed, bool imported)
    {
        var run = new RandomNetworks(seed, imported);
        var network = run.Grow();
        return run.Prune(RandomWeights.Fill(network, seed));
    }

    private Network Grow() => WithoutLooseEnds(Grow(leastSteps: 4, mostSteps: 17, mostOutputs: 3));

    protected override void Step(Map x)
    {
        Extend(x);
        if (_poolings.Next(8) == 0) Pool(Latest);
    }

    private void Extend(Map x)
    {
        var channels = Builder.ChannelsOf(x.Node);
        switch (Random.Next(18))
        {
            case < 7:
                Convolve(x);
                break;
            case 7:
                Keep(Builder.Relu(x.Node), x.Size);
                break;
            case 8:
                Keep(Builder.PRelu(x.Node, $"slope{Random.Next(3)}"), x.Size);
                break;
            case 9:
                Keep(Builder.BatchNorm(x.Node, $"norm{Builder.Use("norm")}"), x.Size);
                break;
            case 10 or 11 when Partners(x.Size, channels) is { Count: > 0 } partners:
                Keep(Builder.Add(x.Node, OneOf(partners), "add"), x.Size);
                break;
            case 12 when Partners(x.Size, channels) is { Count: > 0 } partners:
                Keep(Builder.Fuse(x.Node, OneOf(partners), "fusion", Random.Next(3), 3), x.Size);
                break;
            case 13:
                Keep(Builder.Concat("concat", x.Node, OneOf(OfSize(x.Size)).Node), x.Size);
                break;
            case 14:
                var like = Any();
                Keep(Builder.Upsample(x.Node, like.Node, (UpsampleMode)Random.Next(2)), like.Size);
                break;
            case 16 or 17 when channels > 1:
                Keep(Builder.Select(x.Node, [.. Enumerable.Range(0, channels).Where(c => c % 3 != 1 || Random.Next(2) == 0)]), x.Size);
                break;
            case 15 when channels > 1:
                Keep(Builder.MaxOut(x.Node), x.Size);
                break;
        }
    }

    private void Pool(Map x)
    {
        var (kernel, stride) = (_poolings.Next(2, 4), _poolings.Next(1, 3));
        var padding = _poolings.Next((kernel / 2) + 1);
        Keep(Builder.MaxPool2d(x.Node, kernel, stride, padding), SizeAfter(x.Size, kernel, stride, padding));
    }

    private void Convolve(Map x)
    {
        var channels = Builder.ChannelsOf(x.Node);
        var again = _layers.Where(l => l.Inputs == channels).ToList();
        var fresh = again.Count == 0 || Random.Next(2) == 0;
        var layer = fresh ? NewLayer(channels) : OneOf(again);
        if (fresh) _layers.Add(layer);
        var y = Builder.Conv2d(x.Node, layer.Name, layer.Outputs, layer.Kernel, layer.Stride, layer.Padding, layer.Groups, layer.Bias);
        if (layer.Norm) y = Builder.BatchNorm(y, layer.Name + "_norm");
        if (Random.Next(2) == 0) y = Random.Next(2) == 0 ? Builder.Relu(y) : Builder.PRelu(y, layer.Name + "_slope");
        Keep(y, SizeAfter(x.Size, layer.Kernel, layer.Stride, layer.Padding));
    }

    private LayerSpec NewLayer(int inputs)
    {
        var kernel = Random.Next(10) switch { < 3 => 1, < 8 => 3, _ => 5 };
        var padding = Random.Next(5) > 0 ? kernel / 2 : Random.Next(Math.Min(kernel, 3));
        var groups = DrawGroups(inputs);
        return new LayerSpec(
            $"layer{_layers.Count}",
            inputs,
            // Often as many as there were, so that sums are possible.
            Random.Next(2) == 0 ? inputs : groups * Random.Next(1, groups > 2 ? 3 : 5),
            kernel,
            Random.Next(4) == 0 ? 2 : 1,
            padding,
            groups,
            Bias: Random.Next(2) == 0,
            Norm: Random.Next(3) > 0);
    }

    private List<int> Partners(string size, int channels) =>
        [.. OfSize(size).Select(m => m.Node).Where(node => Builder.ChannelsOf(node) == channels)];

    private Model Prune(Model model)
    {
        var rates = new Dictionary<string, double>();
        double[] choices = [0, 0.25, 0.5, 0.75, 1];
        var mask = model.Network.Nodes.OfType<Conv2dNode>().DistinctBy(c => c.Layer).Select(c =>
        {
            var rate = OneOf(choices);
            var filters = Enumerable.Range(0, model.Weights[c.Weight].Shape[0]).Where(_ => Random.NextDouble() < rate);
            return KeyValuePair.Create(c.Layer, filters.ToImmutableArray());
        });
        var masked = new FilterMask(mask).Apply(model);
        var weights = masked.Weights.ToDictionary(w => w.Key, w => Perforate(model.Network.Parameter(w.Key), w.Value.Clone()));
        return new Model(model.Network, weights, model.Info);
    }

    /// <summary>
    /// Zeros where a filter mask puts none: single weights and norms; fusion weights of no effect; slopes that bend nothing or turn the sign.
    /// </summary>
    private Tensor Perforate(ParameterSpec spec, Tensor tensor)
    {
        var rate = Random.Next(4) == 0 ? 0.4 : 0;
        for (var i = 0; i < tensor.Length; i++)
        {
            if (spec.Kind == ParameterKind.Slope) tensor.Data[i] = new[] { 0.25f, 0, 1, -0.5f }[Random.Next(4)];
            else if (spec.Kind != ParameterKind.NormVariance && Random.NextDouble() < rate)
                tensor.Data[i] = spec.Kind == ParameterKind.FusionWeight ? -tensor.Data[i] : 0;
        }

        return tensor;
    }

    /// <summary>Without the nodes that no output needs.</summary>
    private static Network WithoutLooseEnds(Network network)
    {
        var used = network.Nodes.Select(n => n is InputNode).ToArray();
        foreach (var output in network.Outputs) used[output.Node] = true;
        for (var v = used.Length - 1; v >= 0; v--)
        {
            foreach (var input in used[v] ? network.Nodes[v].Inputs : []) used[input] = true;
        }

        var position = used.Select((_, v) => used.Take(v).Count(u => u)).ToArray();
        var nodes = network.Nodes.Where((_, v) => used[v]).Select(n => n.Rewire(p => position[p])).ToList();
        var names = nodes.SelectMany(n => n.Parameters).ToHashSet();
        return new Network(
            network.Architecture,
            nodes,
            network.Parameters.Where(p => names.Contains(p.Name)),
            network.Outputs.Select(o => o with { Node = position[o.Node] }),
            DetectorHead.None);
    }

    private sealed record LayerSpec(
        string Name, int Inputs, int Outputs, int Kernel, int Stride, int Padding, int Groups, bool Bias, bool Norm);
}
