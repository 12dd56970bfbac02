using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Where the values of the nodes are as bytes; values are put from bytes into floats, and the other way, where somebody needs them so.</summary>
internal sealed class ByteMaps(PlanContext context, NodeViews views)
{
    private readonly ByteMap?[] _maps = new ByteMap?[context.Network.Nodes.Length];
    private readonly Dictionary<int, MapView> _concats = [];

    /// <summary>The planes of a map and what stands for zeros in each.</summary>
    public static (nint Plane, uint Zero)[] Planes(MemoryMap memory, ByteMap map) =>
        Arrays.Of(map.Quads.Channels, plane => (memory.Plane(map.Quads, plane), map.ZeroQuad(plane)));

    /// <summary>Where a node's value is as bytes.</summary>
    public ByteMap Of(int node)
    {
        var source = context.Values.Source(node);
        if (_maps[source] is { } map) return map;
        if (context.Network.Nodes[source] is SelectNode select) return _maps[source] = Of(select.Input).Select(select.Channels);
        var (view, held) = (views.Of(source), context.Bytes.Held(source)!.Value);
        map = New(source, Slots(view.Channels));
        context.Draft.Add([view, map.Quads], m => new QuantizeStep(
            context.Network.Nodes[source].Name + ".bytes", view.Layout, m.Planes(view), Planes(m, map), held.Scale, held.Zero));
        return map;
    }

    /// <summary>The image as bytes, as it comes: it is in no buffer.</summary>
    public static ByteMap Image(PixelFormat pixels) =>
        new(new MapView(-1, 0, 1, default), Slots(pixels.Mean.Length), 1, Arrays.Of(pixels.Mean.Length, c => pixels.Mean[Math.Abs(pixels.RedPlane - c)]));

    /// <summary>Where a node's bytes go, each channel to its slot.</summary>
    public ByteMap New(int node, int[] slots)
    {
        var (shape, held) = (context.Shapes[node], context.Bytes.Held(node)!.Value);
        var concat = context.Bytes.ConcatOf(node);
        var quads = concat < 0
            ? context.Draft.NewBuffer(ByteMap.PlanesOf(shape.Channels), context.Draft.Layout(shape.Height, shape.Width))
            : PartOf(concat, node);
        var map = new ByteMap(quads, slots, held.Scale, Arrays.Of(shape.Channels, _ => (float)held.Zero));
        _maps[node] = map;
        if (concat >= 0) Tell(concat);
        return map;
    }

    /// <summary>Plans an upsampling of bytes.</summary>
    public void AddUpsample(int node, UpsampleNode upsample)
    {
        var from = Of(upsample.Input);
        var planes = from.Slots.Select(slot => slot / ByteMap.Lanes).Distinct().Order().ToArray();
        var to = New(node, Arrays.Of(from.Slots.Length, c => (Array.IndexOf(planes, from.Slots[c] / ByteMap.Lanes) * ByteMap.Lanes) + (from.Slots[c] % ByteMap.Lanes)));
        context.Draft.Add([from.Quads, to.Quads], m => new QuadNearestStep(
            upsample.Name, from.Quads.Layout, to.Quads.Layout, Arrays.Of(planes.Length, i => m.Plane(from.Quads, planes[i])), Planes(m, to)));
    }

    /// <summary>Writes a node's bytes as floats, if they are what was written.</summary>
    public MapView? Floats(int source)
    {
        if (!context.Bytes.IsWritten(source) || _maps[source] is not { } map) return null;
        var view = views.OrNew(source);
        context.Draft.Add([map.Quads, view], m => new DequantizeStep(
            context.Network.Nodes[source].Name + ".floats",
            view.Layout,
            Arrays.Of(map.Slots.Length, c => (m.Plane(map.Quads, map.Slots[c] / ByteMap.Lanes), map.Slots[c] % ByteMap.Lanes * 8)),
            m.Planes(view),
            map.Scale,
            map.Zeros));
        return view;
    }

    private MapView PartOf(int concat, int node)
    {
        var parts = ((ConcatNode)context.Network.Nodes[concat]).Parts.Select(context.Values.Source).ToList();
        if (!_concats.TryGetValue(concat, out var whole))
        {
            var shape = context.Shapes[concat];
            whole = _concats[concat] = context.Draft.NewBuffer(parts.Sum(Count), context.Draft.Layout(shape.Height, shape.Width));
        }

        return whole with { FirstChannel = parts.TakeWhile(p => p != node).Sum(Count), Channels = Count(node) };

        int Count(int part) => ByteMap.PlanesOf(context.Shapes[part].Channels);
    }

    /// <summary>Makes a concatenation a map as soon as all of its parts are.</summary>
    private void Tell(int concat)
    {
        var parts = ((ConcatNode)context.Network.Nodes[concat]).Parts.Select(p => _maps[context.Values.Source(p)]).ToList();
        if (parts.Contains(null)) return;
        _maps[concat] = new ByteMap(
            _concats[concat],
            [.. parts.SelectMany(part => part!.Slots.Select(slot => (part.Quads.FirstChannel * ByteMap.Lanes) + slot))],
            parts[0]!.Scale,
            [.. parts.SelectMany(part => part!.Zeros)]);
    }

    private static int[] Slots(int channels) => Arrays.Of(channels, c => c);
}
