using Secateur.Graph;

namespace Secateur.TestSupport;

/// <summary>
/// How seeded random networks grow, node by node from what is there already; which nodes, those say that derive from it. Other draws, or draws in
/// another order, make other networks of every seed.
/// </summary>
/// <param name="seed">Of all draws.</param>
/// <param name="imported">Whether there are nodes that only imported networks have.</param>
public abstract class RandomGraph(int seed, bool imported)
{
    private const string Pixel = "pixel";

    private readonly List<Map> _maps = [];

    protected Random Random { get; } = new(seed);

    protected NetworkBuilder Builder { get; } = new("random");

    /// <summary>Grows a network.</summary>
    protected Network Grow(int leastSteps, int mostSteps, int mostOutputs)
    {
        Keep(Builder.Input(Random.Next(1, 4)), "image");
        for (var steps = Random.Next(leastSteps, mostSteps + 1); steps > 0; steps--)
        {
            // Mostly go on from what is new, so that networks get deep.
            Step(Random.Next(3) > 0 ? Latest : Any());
            if (imported && Random.Next(2) == 0) Import(Latest);
        }

        var outputs = Random.Next(1, mostOutputs + 1);
        Builder.Output("last", Latest.Node);
        for (var i = 1; i < outputs; i++) Builder.Output($"other_{i}", Any().Node);
        return Builder.Build();
    }

    private void Import(Map x)
    {
        var channels = Builder.ChannelsOf(x.Node);
        switch (Random.Next(10))
        {
            case < 2:
                Dilate(x);
                break;
            case 2 or 3:
                Keep(Builder.PRelu(x.Node, Builder.Use("slopes"), perChannel: true), x.Size);
                break;
            case 4:
                var (min, max) = OneOf([(0, 6), (-1, 0.5f), (0.25f, float.PositiveInfinity), (float.NegativeInfinity, -0.125f)]);
                Keep(Builder.Clip(x.Node, min, max), x.Size);
                break;
            case 5:
                Keep(Builder.Sigmoid(x.Node), x.Size);
                break;
            case 6:
                var partners = OfSize(x.Size).FindAll(m => Builder.ChannelsOf(m.Node) == channels);
                Keep(Builder.Multiply(x.Node, OneOf(partners).Node, "product"), x.Size);
                break;
            case 7:
                Excite(x);
                break;
            case 8:
                var (kernel, stride) = (Random.Next(1, 5), Random.Next(4) > 0 ? 1 : Random.Next(2, 4));
                var padding = Random.Next(5) > 0 ? kernel / 2 : 0;
                Keep(Builder.AveragePool2d(x.Node, kernel, stride, padding, countPadding: Random.Next(2) == 0), SizeAfter(x.Size, kernel, stride, padding));
                break;
            case 9:
                var mean = Builder.GlobalAveragePool(x.Node);
                Keep(mean, Pixel);
                Keep(Builder.Upsample(mean, x.Node, UpsampleMode.Nearest), x.Size);
                break;
        }
    }

    private void Dilate(Map x)
    {
        var (kernel, stride, dilation) = (Random.Next(2, 4), Random.Next(6) > 0 ? 1 : 2, Random.Next(2, 4));
        var extent = ((kernel - 1) * dilation) + 1;
        var padding = Random.Next(5) > 0 ? extent / 2 : Random.Next(extent);
        var groups = DrawGroups(Builder.ChannelsOf(x.Node));
        var outputs = groups * Random.Next(1, groups > 2 ? 3 : 5);
        var y = Builder.Conv2d(x.Node, Builder.Use("dilated"), outputs, kernel, stride, padding, groups, bias: Random.Next(2) == 0, dilation);
        Keep(Random.Next(2) == 0 ? Builder.Relu(y) : y, SizeAfter(x.Size, extent, stride, padding));
    }

    /// <summary>Squeeze and excitation.</summary>
    private void Excite(Map x)
    {
        var squeezed = Builder.Relu(Builder.Conv2d(Builder.GlobalAveragePool(x.Node), Builder.Use("squeeze"), Random.Next(1, 4), kernel: 1, bias: true));
        var excited = Builder.Conv2d(squeezed, Builder.Use("excite"), Builder.ChannelsOf(x.Node), kernel: 1, bias: true);
        Keep(squeezed, Pixel);
        Keep(Builder.Multiply(x.Node, Random.Next(2) == 0 ? Builder.Sigmoid(excited) : Builder.Clip(excited, 0, 1), "excited"), x.Size);
    }

    /// <summary>Adds a node or a few after one that is there.</summary>
    protected abstract void Step(Map x);

    /// <summary>Has the steps that follow go on from a node too.</summary>
    protected void Keep(int node, string size) => _maps.Add(new Map(node, size));

    /// <summary>The newest map.</summary>
    protected Map Latest => _maps[^1];

    /// <summary>Any map so far.</summary>
    protected Map Any() => OneOf(_maps);

    /// <summary>The maps of a size.</summary>
    protected List<Map> OfSize(string size) => [.. _maps.Where(m => m.Size == size)];

    protected T OneOf<T>(IReadOnlyList<T> choices) => choices[Random.Next(choices.Count)];

    /// <summary>Groups that the inputs can fall into: as often one a channel, any, or one.</summary>
    protected int DrawGroups(int inputs)
    {
        var divisors = Enumerable.Range(1, inputs).Where(d => inputs % d == 0).ToList();
        return Random.Next(3) switch { 0 => inputs, 1 => OneOf(divisors), _ => 1 };
    }

    /// <summary>A name for the size after a window has moved over a map, the same for equal sizes.</summary>
    protected static string SizeAfter(string size, int kernel, int stride, int padding)
    {
        var reach = (2 * padding) - kernel;
        return reach == -1 && stride == 1 ? size : $"{size}/{reach}/{stride}";
    }

    /// <summary>A node, and a name for its size that maps of equal size share.</summary>
    protected sealed record Map(int Node, string Size);
}
