using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Layout;
using Secateur.Lowering.Parameters;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Plans sums and copies of maps, each with as few channels as change.</summary>
internal sealed class SumPlanner(PlanContext context, NodeViews views)
{
    private readonly Dictionary<PlanarLayout, MapView> _zeros = [];

    /// <summary>Plans a merge that no convolution took over.</summary>
    public void AddMerge(int i, MergeNode node)
    {
        var (a, b, to) = (views.Of(node.A.Node), views.Of(node.B.Node), views.OrNew(i));
        var factors = FusionWeights.Of(context.Lowered.Model, node);
        Add(
            node.Name, to, Enumerable.Range(0, to.Channels), new MergePart(a, node.A.Channels, (float)factors.First), new MergePart(b, node.B.Channels, (float)factors.Second));
    }

    /// <summary>Plans copies of those parts of a concatenation that do not stand in their place already.</summary>
    public void AddConcat(int i, ConcatNode node)
    {
        var whole = views.OrNew(i);
        var first = whole.FirstChannel;
        foreach (var part in node.Parts)
        {
            var from = views.Of(part);
            var to = whole with { FirstChannel = first, Channels = from.Channels };
            first += from.Channels;
            if (from != to) AddCopy(node.Name, from, to);
        }
    }

    /// <summary>Plans the sum of one or two parts in some channels, but those where it stands already.</summary>
    public void Add(string name, MapView to, IEnumerable<int> channels, MergePart a, MergePart? b = null)
    {
        var changed = channels.Where(c => !IsThere(c)).ToArray();
        if (changed.Length == 0) return;
        context.Draft.Add(b is { } second ? [a.View, to, second.View] : [a.View, to], m => new MergeStep(
            name, to.Layout, Arrays.Of(changed.Length, i => MergeOf(m, changed[i])), a.Factor, b?.Factor ?? 0));

        MergeChannel MergeOf(MemoryMap m, int c) => new(m.Plane(to, c), a.Plane(m, c), b?.Plane(m, c) ?? -1);

        bool IsThere(int c) => (b?.Has(c) != true && a.IsPlacedIn(to, c)) || (!a.Has(c) && b?.IsPlacedIn(to, c) == true);
    }

    /// <summary>Plans a copy of a view's channels in a row.</summary>
    public MapView Copy(string name, MapView from)
    {
        var to = context.Draft.NewBuffer(from.Channels, from.Layout);
        AddCopy(name, from, to);
        return to;
    }

    /// <summary>A plane of zeros: what an operand that lacks a channel adds to it.</summary>
    public MapView Zeros(PlanarLayout layout)
    {
        if (_zeros.TryGetValue(layout, out var zeros)) return zeros;
        zeros = _zeros[layout] = context.Draft.NewBuffer(1, layout);
        context.Draft.AddPreparation(zeros, m => new MergeStep("zeros", layout, [new MergeChannel(m.Plane(zeros, 0), -1, -1)], 0, 0));
        return zeros;
    }

    private void AddCopy(string name, MapView from, MapView to) => Add(name, to, Enumerable.Range(0, to.Channels), new MergePart(from, [], 1));
}
