using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels.Conv2d;

namespace Secateur.Lowering.Narrowing;

/// <summary>
/// Which nodes have maps of one height and width at every input size: so that an fixed map can take its size from any of them,
/// whatever becomes of the node that it stands for.
/// </summary>
internal sealed class MapSizes
{
    private readonly List<SizeStep> _steps = [];

    public MapSizes(Network network)
    {
        var sizes = ImmutableArray.CreateBuilder<int>();
        foreach (var node in network.Nodes)
        {
            sizes.Add(node.SizeIn(network) switch
            {
                SizeRule.Image => Intern(new SizeStep(-1, new ConvGeometry(1, 1, 0, 1))),
                SizeRule.Like like => sizes[like.Node],
                SizeRule.Joined joined => sizes[joined.Nodes[0]],
                SizeRule.Scaled scaled => sizes[scaled.Node],
                SizeRule.Pixel => Find(new SizeStep(0, null)),
                SizeRule.Window window => AfterWindow(sizes[window.Node], window.Geometry),
                var rule => throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) has the unknown size rule {rule.GetType().Name}"),
            });
        }

        Of = sizes.ToImmutable();
    }

    /// <summary>For each node the number of its size; the image's is 0.</summary>
    public ImmutableArray<int> Of { get; }

    /// <summary>The size that a size comes from, and the window in between.</summary>
    public SizeStep StepTo(int size) => _steps[size];

    private int AfterWindow(int input, ConvGeometry geometry)
    {
        // (H + 2 P - E) / S + 1 depends on 2 P - E and S only.
        var reach = ReachOf(geometry);
        if (reach == -1 && geometry.Stride == 1) return input;
        var known = _steps.FindIndex(s => s.From == input && s.Window is { } window && ReachOf(window) == reach && window.Stride == geometry.Stride);
        return known >= 0 ? known : Intern(new SizeStep(input, geometry with { Groups = 1 }));
    }

    private static int ReachOf(ConvGeometry window) => (2 * window.Padding) - window.Extent;

    private int Find(SizeStep step)
    {
        var known = _steps.IndexOf(step);
        return known >= 0 ? known : Intern(step);
    }

    private int Intern(SizeStep step)
    {
        _steps.Add(step);
        return _steps.Count - 1;
    }
}

/// <summary>A size is that of a convolution's or a pooling's result over the size <paramref name="From"/>.</summary>
/// <param name="From">The other size.</param>
/// <param name="Window">The convolution's or pooling's; null for one that makes one pixel of all.</param>
internal readonly record struct SizeStep(int From, ConvGeometry? Window);
