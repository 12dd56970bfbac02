using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.TestSupport;

/// <summary>
/// Seeded small models that are hard to plan: fixed maps of every origin that meet image-dependent ones in sums, concatenations and
/// outputs; operands that lack channels; convolutions of any kernel, stride, padding and group; values that are read often, or never.
/// </summary>
public sealed class HardToPlanNetworks : RandomGraph
{
    private int _layers;

    private HardToPlanNetworks(int seed, bool imported)
        : base(seed, imported)
    {
    }

    public static Model Create(int seed) => Create(seed, imported: false);

    /// <summary>One with the nodes that only imported networks have.</summary>
    public static Model CreateImported(int seed) => Create(seed, imported: true);

    private static Model Create(int seed, bool imported) =>
        RandomWeights.Fill(new HardToPlanNetworks(seed, imported).Grow(leastSteps: 3, mostSteps: 19, mostOutputs: 4), seed);

    protected override void Step(Map x)
    {
        switch (Random.Next(15))
        {
            case < 3:
                Convolve(x);
                break;
            case 3:
                ConvolveWithFixed(x, Draw(x));
                break;
            case 4:
                KeepNarrow(Activate(x.Node), x.Size);
                break;
            case 5:
                KeepNarrow(Builder.BatchNorm(x.Node, NewLayer()), x.Size);
                break;
            case 6 or 7:
                Merge(x, Partner(x));
                break;
            case 8:
                KeepNarrow(Builder.Concat("concat", [x.Node, .. Enumerable.Range(0, Random.Next(3)).Select(_ => Partner(x).Node)]), x.Size);
                break;
            case 9:
                var like = Any();
                KeepNarrow(Builder.Upsample(x.Node, like.Node, (UpsampleMode)Random.Next(2)), like.Size);
                break;
            case 10 when Builder.ChannelsOf(x.Node) > 1:
                KeepNarrow(Builder.MaxOut(x.Node), x.Size);
                break;
            case 11 or 12:
                KeepNarrow(Builder.Ones(x.Node), x.Size);
                break;
            case 13:
                KeepNarrow(Builder.Relu(Builder.Relu(x.Node)), x.Size);
                break;
            case 14:
                ConvolveTwice(x);
                break;
        }
    }

    private void Convolve(Map x) => KeepNarrow(Activate(Convolution(x, Draw(x), out var size)), size);

    /// <summary>Convolutions that read the same in the same way, but may differ in what comes behind.</summary>
    private void ConvolveTwice(Map x)
    {
        var spec = Draw(x);
        var groups = Random.Next(3) > 0 ? 1 : spec.Groups;
        for (var count = Random.Next(2, 4); count > 0; count--)
        {
            var beside = spec with { Groups = groups, Outputs = groups * Random.Next(1, groups > 2 ? 3 : 10) };
            if (Random.Next(3) == 0) ConvolveWithFixed(x, beside);
            else KeepNarrow(Activate(Convolution(x, beside, out var size)), size);
        }
    }

    /// <summary>As compaction makes them: what pruned filters contribute is convolved apart, added before the activation, and joined to a wider sum.</summary>
    private void ConvolveWithFixed(Map x, ConvSpec spec)
    {
        var own = Convolution(x, spec, out var size);
        var outputs = Builder.ChannelsOf(own);
        var beside = Convolution(new Map(Builder.Ones(x.Node), x.Size), spec with { Groups = 1, Outputs = Random.Next(1, outputs + 1) }, out _);
        if (Random.Next(2) == 0) beside = Activate(beside);
        var operand = new MergeOperand(beside, Channels(Builder.ChannelsOf(beside), outputs));
        var sum = Random.Next(2) == 0
            ? Builder.Add(new MergeOperand(own), operand, outputs, "start")
            : Builder.Add(operand, new MergeOperand(own), outputs, "start");
        var y = new Map(Activate(sum), size);
        Keep(y.Node, y.Size);
        if (Random.Next(2) == 0) Merge(y, Partner(y));
    }

    private void Merge(Map a, Map b)
    {
        var (left, right) = (Builder.ChannelsOf(a.Node), Builder.ChannelsOf(b.Node));
        var channels = Math.Max(left, right) + (Random.Next(3) == 0 ? Random.Next(3) : 0);
        var (first, second) = (new MergeOperand(a.Node, Channels(left, channels)), new MergeOperand(b.Node, Channels(right, channels)));
        if (Random.Next(3) > 0)
        {
            KeepNarrow(Builder.Add(first, second, channels, "add"), a.Size);
            return;
        }

        var weights = Builder.Declare("fusion", ParameterKind.FusionWeight, 2, 3);
        KeepNarrow(Builder.Append(new WeightedFusionNode(Builder.Use("fuse"), first, second, channels, weights, Random.Next(3)), channels), a.Size);
    }

    /// <summary>Ascending places of <paramref name="own"/> channels among <paramref name="all"/>.</summary>
    private ImmutableArray<int> Channels(int own, int all)
    {
        if (own == all && Random.Next(2) == 0) return [];
        var places = Enumerable.Range(0, all).ToArray();
        Random.Shuffle(places);
        return [.. places.Take(own).Order()];
    }

    private ConvSpec Draw(Map x)
    {
        var inputs = Builder.ChannelsOf(x.Node);
        var kernel = Random.Next(10) switch { < 3 => 1, < 7 => 3, 7 => 2, 8 => 4, _ => 5 };
        var padding = Random.Next(4) > 0 ? kernel / 2 : Random.Next(kernel);
        var groups = DrawGroups(inputs);
        return new ConvSpec(groups * Random.Next(1, groups > 2 ? 3 : 10), kernel, Random.Next(3) > 0 ? 1 : Random.Next(1, 5), padding, groups);
    }

    private int Convolution(Map x, ConvSpec spec, out string size)
    {
        size = SizeAfter(x.Size, spec.Kernel, spec.Stride, spec.Padding);
        return Builder.Conv2d(x.Node, NewLayer(), spec.Outputs, spec.Kernel, spec.Stride, spec.Padding, spec.Groups, bias: Random.Next(2) == 0);
    }

    private int Activate(int x) => Random.Next(4) switch
    {
        0 => x,
        1 => Builder.PRelu(x, NewLayer()),
        2 => Builder.BatchNorm(x, NewLayer()),
        _ => Builder.Relu(x),
    };

    private string NewLayer() => $"layer{_layers++}";

    /// <summary>A map of the same size, perhaps itself.</summary>
    private Map Partner(Map x) => OneOf(OfSize(x.Size));

    private void KeepNarrow(int node, string size)
    {
        // Channels would multiply by concatenation.
        if (Builder.ChannelsOf(node) <= 24) Keep(node, size);
    }

    private sealed record ConvSpec(int Outputs, int Kernel, int Stride, int Padding, int Groups);
}
