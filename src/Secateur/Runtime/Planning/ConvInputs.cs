using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Packing;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>
/// Decides how convolutions read: a map's own planes where their taps can; else phase planes, whole ones if several convolutions read them, or through
/// a window; the image always through a window.
/// </summary>
internal sealed class ConvInputs(PlanContext context, NodeViews views, SumPlanner sums)
{
    private readonly Dictionary<PhaseKey, (MapView View, int[] Phases)> _phases = [];

    /// <summary>How a convolution reads.</summary>
    /// <param name="node">The convolution.</param>
    /// <param name="conv">Its weights, and those of its siblings.</param>
    /// <param name="output">Of its result.</param>
    public ConvSource Of(Conv2dNode node, PackedConv conv, PlanarLayout output)
    {
        var taps = new TapGeometry(conv.Geometry);
        if (context.Network.Nodes[context.Values.Source(node.Input)] is InputNode) return Windowed(node, conv, output, null, context.ImageRows);
        if (taps.ReadsDirectly) return Direct(node);
        var from = views.Of(node.Input);
        if (ReadersLike(node).Length == 1) return Windowed(node, conv, output, from, m => Rows(node.Input, from, conv.Geometry.Stride, m));
        var (view, phases) = Split(node);
        return new DirectSource(view, phases.Length * phases.Length, taps.Offsets(Channels(conv.GroupChannels), view.Layout, phases));
    }

    /// <summary>Reads the planes of the map that a convolution reads.</summary>
    public DirectSource Direct(Conv2dNode node)
    {
        var geometry = context.Network.GeometryOf(node);
        var view = views.Of(node.Input);
        var channels = Channels(context.Shapes[node.Input].Channels / geometry.Groups);
        if (view.Selection is not null)
        {
            // Every group must find its channels at the same distances.
            if (geometry.Groups > 1 && channels.Length > 1) view = sums.Copy(node.Name + ".inputs", view);
            else channels = Arrays.Of(channels.Length, c => view.PlaneOf(c) - view.PlaneOf(0));
        }

        return new DirectSource(view, 1, new TapGeometry(geometry).Offsets(channels, view.Layout, [0]));
    }

    private WindowedSource Windowed(Conv2dNode node, PackedConv conv, PlanarLayout output, MapView? view, Func<MemoryMap, RowSource> rows)
    {
        var taps = new TapGeometry(conv.Geometry);
        var planes = PhasesOf(context.Shapes[node.Input], output, [taps]);
        var count = (long)context.Shapes[node.Input].Channels * planes.PlanesPerChannel;
        planes = planes with { To = output.OfHeight(PhaseWindow.Rows(planes, count, ConvStep.Strip(conv))) };
        context.Draft.CheckAddressable(count * planes.To.PlaneStride);
        return new WindowedSource(context.Level, view, rows, planes, taps.Offsets(Channels(conv.GroupChannels), planes.To, planes.Phases));
    }

    /// <summary>
    /// The steps that can share phase planes with a convolution's, by their taps: of the same map, stride and result size, as far as the halo allows.
    /// Separable steps read the map itself.
    /// </summary>
    private TapGeometry[] ReadersLike(Conv2dNode node)
    {
        var (network, own, shape) = (context.Network, context.Network.GeometryOf(node), context.Shapes[node.Input]);
        var source = context.Values.Source(node.Input);
        TapGeometry[] all =
        [
            .. (from i in Enumerable.Range(0, network.Nodes.Length)
                where context.Values.IsComputed(i) && network.Nodes[i] is Conv2dNode && context.Values.Source(network.Nodes[i].Inputs[0]) == source
                where context.Fused.Separables[context.Fused.ComputedBy[i]] is null
                let geometry = network.GeometryOf((Conv2dNode)network.Nodes[i])
                where geometry.Stride == own.Stride
                where (geometry.OutputSize(shape.Height), geometry.OutputSize(shape.Width)) == (own.OutputSize(shape.Height), own.OutputSize(shape.Width))
                select (Step: context.Fused.ComputedBy[i], Taps: new TapGeometry(geometry))).DistinctBy(reader => reader.Step).Select(reader => reader.Taps),
        ];
        return all.Max(t => t.Before) + all.Max(t => t.After) <= context.Draft.Halo ? all : [new TapGeometry(own)];
    }

    /// <summary>The phase planes that a convolution reads, and maybe others like it: written before the first of them.</summary>
    private (MapView View, int[] Phases) Split(Conv2dNode node)
    {
        var (geometry, shape, readers) = (context.Network.GeometryOf(node), context.Shapes[node.Input], ReadersLike(node));
        var key = new PhaseKey(context.Values.Source(node.Input), geometry.Stride, geometry.OutputSize(shape.Height), geometry.OutputSize(shape.Width));
        if (readers.Length > 1 && _phases.TryGetValue(key, out var split)) return split;
        var (from, planes) = (views.Of(node.Input), PhasesOf(shape, context.Draft.Layout(key.Height, key.Width), readers));
        var view = context.Draft.NewBuffer(shape.Channels * planes.PlanesPerChannel, planes.To);
        context.Draft.Add([from, view], m => new PhaseSplitStep(
            node.Name + ".phases", context.Level, Rows(node.Input, from, geometry.Stride, m), planes, m.Plane(view, 0), m.Scratch));
        return _phases[key] = (view, planes.Phases);
    }

    private MapRows Rows(int node, MapView view, int stride, MemoryMap memory) => new(context.Shapes[node], view.Layout, memory.Planes(view), stride);

    private static int[] Channels(int count) => Arrays.Of(count, c => c);

    private static PhasePlanes PhasesOf(MapShape shape, PlanarLayout to, TapGeometry[] readers) => new(
        shape.Height,
        shape.Width,
        to,
        new PhaseReach(readers[0].Conv.Stride, readers.Max(t => t.Before), readers.Max(t => t.After)),
        [.. readers.SelectMany(t => t.Phases()).Distinct().Order()]);

    /// <summary>What the phase planes of a node depend on.</summary>
    private sealed record PhaseKey(int Source, int Stride, int Height, int Width);
}
