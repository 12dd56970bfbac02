using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>Seeded small models that combine every operation in every way the graph allows, with zeros of every kind in their weights.</summary>
public sealed class RandomNetworks
{
    private readonly Random _random;
    private readonly Random _poolings;
    private readonly NetworkBuilder _g = new("random");
    private readonly List<(int Node, string Size)> _made = [];
    private readonly List<LayerSpec> _layers = [];

    private RandomNetworks(int seed) => (_random, _poolings) = (new Random(seed), new Random(~seed));

    /// <summary>A model whose filters are pruned at a rate of its own in each layer, from none to all.</summary>
    public static Model Create(int seed)
    {
        var run = new RandomNetworks(seed);
        var network = run.Build();
        return run.Prune(RandomWeights.Fill(network, seed));
    }

    /// <summary>The network of the same seed with no weight pruned.</summary>
    public static Model CreateDense(int seed) => RandomWeights.Fill(new RandomNetworks(seed).Build(), seed);

    private Network Build()
    {
        _made.Add((_g.Input(_random.Next(1, 4)), "image"));
        for (var steps = _random.Next(4, 18); steps > 0; steps--)
        {
            Step();
            if (_poolings.Next(8) == 0) Pool();
        }

        var outputs = _random.Next(1, 4);
        _g.Output("last", _made[^1].Node);
        for (var i = 1; i < outputs; i++) _g.Output($"other_{i}", _made[_random.Next(_made.Count)].Node);
        return WithoutLooseEnds(_g.Build());
    }

    private void Step()
    {
        // Mostly go on from what is new, so that networks get deep.
        var (x, size) = _made[_random.Next(3) > 0 ? ^1 : _random.Next(_made.Count)];
        var channels = _g.ChannelsOf(x);
        switch (_random.Next(18))
        {
            case < 7:
                Convolve(x, size);
                break;
            case 7:
                _made.Add((_g.Relu(x), size));
                break;
            case 8:
                _made.Add((_g.PRelu(x, $"slope{_random.Next(3)}"), size));
                break;
            case 9:
                _made.Add((_g.BatchNorm(x, $"norm{_g.Use("norm")}"), size));
                break;
            case 10 or 11 when Partners(size, channels) is { Count: > 0 } partners:
                _made.Add((_g.Add(x, partners[_random.Next(partners.Count)], "add"), size));
                break;
            case 12 when Partners(size, channels) is { Count: > 0 } partners:
                _made.Add((_g.Fuse(x, partners[_random.Next(partners.Count)], "fusion", _random.Next(3), 3), size));
                break;
            case 13:
                var parts = _made.Where(m => m.Size == size).Select(m => m.Node).ToList();
                _made.Add((_g.Concat("concat", x, parts[_random.Next(parts.Count)]), size));
                break;
            case 14:
                var (like, target) = _made[_random.Next(_made.Count)];
                _made.Add((_g.Upsample(x, like, (UpsampleMode)_random.Next(2)), target));
                break;
            case 16 or 17 when channels > 1:
                _made.Add((_g.Select(x, [.. Enumerable.Range(0, channels).Where(c => c % 3 != 1 || _random.Next(2) == 0)]), size));
                break;
            case 15 when channels > 1:
                _made.Add((_g.MaxOut(x), size));
                break;
        }
    }

    private void Pool()
    {
        var (x, size) = _made[^1];
        var (kernel, stride) = (_poolings.Next(2, 4), _poolings.Next(1, 3));
        var padding = _poolings.Next((kernel / 2) + 1);
        _made.Add((_g.MaxPool2d(x, kernel, stride, padding), Moved(size, kernel, stride, padding)));
    }

    /// <summary>The size after a window has moved over a map.</summary>
    private static string Moved(string size, int kernel, int stride, int padding) =>
        (2 * padding) - kernel == -1 && stride == 1 ? size : $"{size}/{(2 * padding) - kernel}/{stride}";

    private void Convolve(int x, string size)
    {
        var channels = _g.ChannelsOf(x);
        var again = _layers.Where(l => l.Inputs == channels).ToList();
        var fresh = again.Count == 0 || _random.Next(2) == 0;
        var layer = fresh ? NewLayer(channels) : again[_random.Next(again.Count)];
        if (fresh) _layers.Add(layer);
        var y = _g.Conv2d(x, layer.Name, layer.Outputs, layer.Kernel, layer.Stride, layer.Padding, layer.Groups, layer.Bias);
        var result = Moved(size, layer.Kernel, layer.Stride, layer.Padding);
        if (layer.Norm) y = _g.BatchNorm(y, layer.Name + "_norm");
        if (_random.Next(2) == 0) y = _random.Next(2) == 0 ? _g.Relu(y) : _g.PRelu(y, layer.Name + "_slope");
        _made.Add((y, result));
    }

    private LayerSpec NewLayer(int inputs)
    {
        var kernel = _random.Next(10) switch { < 3 => 1, < 8 => 3, _ => 5 };
        var padding = _random.Next(5) > 0 ? kernel / 2 : _random.Next(Math.Min(kernel, 3));
        var divisors = Enumerable.Range(1, inputs).Where(d => inputs % d == 0).ToList();
        var groups = _random.Next(3) switch { 0 => inputs, 1 => divisors[_random.Next(divisors.Count)], _ => 1 };
        return new LayerSpec(
            $"layer{_layers.Count}",
            inputs,
            // Often as many as there were, so that sums are possible.
            _random.Next(2) == 0 ? inputs : groups * _random.Next(1, groups > 2 ? 3 : 5),
            kernel,
            _random.Next(4) == 0 ? 2 : 1,
            padding,
            groups,
            Bias: _random.Next(2) == 0,
            Norm: _random.Next(3) > 0);
    }

    private List<int> Partners(string size, int channels) =>
        [.. _made.Where(m => m.Size == size && _g.ChannelsOf(m.Node) == channels).Select(m => m.Node)];

    private Model Prune(Model model)
    {
        var rates = new Dictionary<string, double>();
        double[] choices = [0, 0.25, 0.5, 0.75, 1];
        var mask = model.Network.Nodes.OfType<Conv2dNode>().DistinctBy(c => c.Layer).Select(c =>
        {
            var rate = choices[_random.Next(choices.Length)];
            var filters = Enumerable.Range(0, model.Weights[c.Weight].Shape[0]).Where(_ => _random.NextDouble() < rate);
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
        var rate = _random.Next(4) == 0 ? 0.4 : 0;
        for (var i = 0; i < tensor.Length; i++)
        {
            if (spec.Kind == ParameterKind.Slope) tensor.Data[i] = new[] { 0.25f, 0, 1, -0.5f }[_random.Next(4)];
            else if (spec.Kind != ParameterKind.NormVariance && _random.NextDouble() < rate)
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
