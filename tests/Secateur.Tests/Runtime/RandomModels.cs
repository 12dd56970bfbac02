using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.TestSupport;
using Secateur.Weights;

namespace Secateur.Tests.Runtime;

/// <summary>
/// Seeded small models that are hard to plan: image-independent maps of every origin that meet image-dependent ones in sums, concatenations and
/// outputs; operands that lack channels; convolutions of any kernel, stride, padding and group; values that are read often, or never.
/// </summary>
internal sealed class RandomModels
{
    private readonly Random _random;
    private readonly NetworkBuilder _g = new("random");
    private readonly List<Map> _maps = [];
    private int _layers;

    private RandomModels(int seed) => _random = new Random(seed);

    public static Model Create(int seed) => RandomWeights.Fill(new RandomModels(seed).Build(), seed);

    private Network Build()
    {
        _maps.Add(new Map(_g.Input(_random.Next(1, 4)), "image"));
        for (var steps = _random.Next(3, 20); steps > 0; steps--) Step();
        var outputs = _random.Next(1, 5);
        _g.Output("last", _maps[^1].Node);
        for (var i = 1; i < outputs; i++) _g.Output($"other_{i}", Any().Node);
        return _g.Build();
    }

    private void Step()
    {
        // Mostly go on from what is new, so that networks get deep.
        var x = _random.Next(3) > 0 ? _maps[^1] : Any();
        switch (_random.Next(15))
        {
            case < 3:
                Convolve(x);
                break;
            case 3:
                ConvolveWithStatic(x, Draw(x));
                break;
            case 4:
                Keep(Activate(x.Node), x.Size);
                break;
            case 5:
                Keep(_g.BatchNorm(x.Node, NewLayer()), x.Size);
                break;
            case 6 or 7:
                Merge(x, Partner(x));
                break;
            case 8:
                Keep(_g.Concat("concat", [x.Node, .. Enumerable.Range(0, _random.Next(3)).Select(_ => Partner(x).Node)]), x.Size);
                break;
            case 9:
                var like = Any();
                Keep(_g.Upsample(x.Node, like.Node, (UpsampleMode)_random.Next(2)), like.Size);
                break;
            case 10 when _g.ChannelsOf(x.Node) > 1:
                Keep(_g.MaxOut(x.Node), x.Size);
                break;
            case 11 or 12:
                Keep(_g.Ones(x.Node), x.Size);
                break;
            case 13:
                Keep(_g.Relu(_g.Relu(x.Node)), x.Size);
                break;
            case 14:
                ConvolveTwice(x);
                break;
        }
    }

    private void Convolve(Map x) => Keep(Activate(Convolution(x, Draw(x), out var size)), size);

    /// <summary>Convolutions that read the same in the same way, but may differ in what comes behind.</summary>
    private void ConvolveTwice(Map x)
    {
        var spec = Draw(x);
        var groups = _random.Next(3) > 0 ? 1 : spec.Groups;
        for (var count = _random.Next(2, 4); count > 0; count--)
        {
            var beside = spec with { Groups = groups, Outputs = groups * _random.Next(1, groups > 2 ? 3 : 10) };
            if (_random.Next(3) == 0) ConvolveWithStatic(x, beside);
            else Keep(Activate(Convolution(x, beside, out var size)), size);
        }
    }

    /// <summary>As compaction makes them: what pruned filters contribute is convolved apart, added before the activation, and joined to a wider sum.</summary>
    private void ConvolveWithStatic(Map x, ConvSpec spec)
    {
        var own = Convolution(x, spec, out var size);
        var outputs = _g.ChannelsOf(own);
        var beside = Convolution(new Map(_g.Ones(x.Node), x.Size), spec with { Groups = 1, Outputs = _random.Next(1, outputs + 1) }, out _);
        if (_random.Next(2) == 0) beside = Activate(beside);
        var operand = new MergeOperand(beside, Channels(_g.ChannelsOf(beside), outputs));
        var sum = _random.Next(2) == 0
            ? _g.Add(new MergeOperand(own), operand, outputs, "start")
            : _g.Add(operand, new MergeOperand(own), outputs, "start");
        var y = new Map(Activate(sum), size);
        _maps.Add(y);
        if (_random.Next(2) == 0) Merge(y, Partner(y));
    }

    private void Merge(Map a, Map b)
    {
        var (left, right) = (_g.ChannelsOf(a.Node), _g.ChannelsOf(b.Node));
        var channels = Math.Max(left, right) + (_random.Next(3) == 0 ? _random.Next(3) : 0);
        var (first, second) = (new MergeOperand(a.Node, Channels(left, channels)), new MergeOperand(b.Node, Channels(right, channels)));
        if (_random.Next(3) > 0)
        {
            Keep(_g.Add(first, second, channels, "add"), a.Size);
            return;
        }

        var weights = _g.Declare("fusion", ParameterKind.FusionWeight, 2, 3);
        Keep(_g.Append(new WeightedFusionNode(_g.Use("fuse"), first, second, channels, weights, _random.Next(3)), channels), a.Size);
    }

    /// <summary>Ascending places of <paramref name="own"/> channels among <paramref name="all"/>.</summary>
    private ImmutableArray<int> Channels(int own, int all)
    {
        if (own == all && _random.Next(2) == 0) return [];
        var places = Enumerable.Range(0, all).ToArray();
        _random.Shuffle(places);
        return [.. places.Take(own).Order()];
    }

    private ConvSpec Draw(Map x)
    {
        var inputs = _g.ChannelsOf(x.Node);
        var kernel = _random.Next(10) switch { < 3 => 1, < 7 => 3, 7 => 2, 8 => 4, _ => 5 };
        var padding = _random.Next(4) > 0 ? kernel / 2 : _random.Next(kernel);
        var divisors = Enumerable.Range(1, inputs).Where(d => inputs % d == 0).ToList();
        var groups = _random.Next(3) switch { 0 => inputs, 1 => divisors[_random.Next(divisors.Count)], _ => 1 };
        return new ConvSpec(groups * _random.Next(1, groups > 2 ? 3 : 10), kernel, _random.Next(3) > 0 ? 1 : _random.Next(1, 5), padding, groups);
    }

    private int Convolution(Map x, ConvSpec spec, out string size)
    {
        var reach = (2 * spec.Padding) - spec.Kernel;
        size = reach == -1 && spec.Stride == 1 ? x.Size : $"{x.Size}/{reach}/{spec.Stride}";
        return _g.Conv2d(x.Node, NewLayer(), spec.Outputs, spec.Kernel, spec.Stride, spec.Padding, spec.Groups, bias: _random.Next(2) == 0);
    }

    private int Activate(int x) => _random.Next(4) switch
    {
        0 => x,
        1 => _g.PRelu(x, NewLayer()),
        2 => _g.BatchNorm(x, NewLayer()),
        _ => _g.Relu(x),
    };

    private string NewLayer() => $"layer{_layers++}";

    private Map Any() => _maps[_random.Next(_maps.Count)];

    /// <summary>A map of the same size, perhaps itself.</summary>
    private Map Partner(Map x)
    {
        var same = _maps.Where(m => m.Size == x.Size).ToList();
        return same[_random.Next(same.Count)];
    }

    private void Keep(int node, string size)
    {
        // Channels would multiply by concatenation.
        if (_g.ChannelsOf(node) <= 24) _maps.Add(new Map(node, size));
    }

    /// <summary>A node, and a name for its size that maps of equal size share.</summary>
    private sealed record Map(int Node, string Size);

    private sealed record ConvSpec(int Outputs, int Kernel, int Stride, int Padding, int Groups);
}
