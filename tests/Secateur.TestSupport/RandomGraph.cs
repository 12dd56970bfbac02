using Secateur.Graph;

namespace Secateur.TestSupport;

/// <summary>
/// How seeded random networks grow, node by node from what is there already; which nodes, those say that derive from it. Other draws, or draws in
/// another order, make other networks of every seed.
/// </summary>
public abstract class RandomGraph(int seed)
{
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
        }

        var outputs = Random.Next(1, mostOutputs + 1);
        Builder.Output("last", Latest.Node);
        for (var i = 1; i < outputs; i++) Builder.Output($"other_{i}", Any().Node);
        return Builder.Build();
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
