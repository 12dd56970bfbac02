using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Where the values of the nodes are in a plan's memory.</summary>
internal sealed class NodeViews(PlanContext context)
{
    private readonly MapView?[] _views = new MapView?[context.Network.Nodes.Length];
    private MapView? _image;

    /// <summary>The values that are bytes.</summary>
    public ByteMaps Bytes => field ??= new ByteMaps(context, this);

    /// <summary>Lets values be written where those who put them together want them, the last of these first.</summary>
    public void PlaceParts()
    {
        for (var i = _views.Length - 1; i >= 0; i--)
        {
            if (!context.Values.IsComputed(i) || context.Fused.ComputedBy[i] != i) continue;
            if (context.Bytes.IsWritten(i)) continue;
            if (context.Network.Nodes[i] is ConcatNode concat) PlaceConcatParts(concat, OrNew(i));
            else if (context.Lowered.InPlace.Overwritten(i) is { } part && !context.Bytes.IsWritten(part.Node))
                _views[context.Values.Source(part.Node)] = part.Channels.IsEmpty ? OrNew(i) : OrNew(i).Select(part.Channels);
        }
    }

    /// <summary>Where a node's value is; a fixed one that somebody needs as a map is written out before the first image.</summary>
    public MapView Of(int node)
    {
        var source = context.Values.Source(node);
        var holder = context.Network.Nodes[source];
        if (holder is InputNode) return _image ??= WriteImage(source);
        if (_views[source] is { } view) return view;
        if (Bytes.Floats(source) is { } floats) return floats;
        var map = context.FixedMaps[source] ?? throw new InvalidOperationException($"'{holder.Name}' is read before it is computed");
        var written = OrNew(source);
        context.Draft.AddPreparation(written, m => new FixedMapStep(holder.Name, written.Layout, map, m.Planes(written)));
        return written;
    }

    /// <summary>Where a node's value goes.</summary>
    public MapView OrNew(int node) =>
        _views[node] ??= context.Draft.NewBuffer(context.Shapes[node].Channels, context.Draft.Layout(context.Shapes[node].Height, context.Shapes[node].Width));

    /// <summary>Makes a selection a view of its input.</summary>
    public void Select(int node, SelectNode select) => _views[node] = Of(select.Input).Select(select.Channels);

    private void PlaceConcatParts(ConcatNode concat, MapView whole)
    {
        var first = whole.FirstChannel;
        foreach (var part in concat.Parts)
        {
            var channels = context.Shapes[part].Channels;
            var source = context.Values.Source(part);
            if (!context.Values.IsFixed(source) && context.Network.Nodes[source] is not SelectNode && !context.Bytes.IsWritten(source))
                _views[source] ??= whole with { FirstChannel = first, Channels = channels };
            first += channels;
        }
    }

    /// <summary>Writes the image as a map, for those who cannot read it as it comes.</summary>
    private MapView WriteImage(int node)
    {
        var view = OrNew(node);
        var (shape, halo) = (context.Shapes[node], context.Draft.Halo);
        var planes = new PhasePlanes(shape.Height, shape.Width, view.Layout, new PhaseReach(1, halo, halo), [0]);
        context.Draft.Add([view], m => new PhaseSplitStep("input", context.Level, context.ImageRows(m), planes, m.Plane(view, 0), m.Scratch));
        return view;
    }
}
