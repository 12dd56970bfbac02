using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Quads;
using Secateur.Lowering.Parameters;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Packing;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Plans convolutions in integers with what was fused into them.</summary>
internal sealed class ByteConvPlanner(PlanContext context, NodeViews views, ByteMaps maps)
{
    private readonly Dictionary<(int Source, int Stride, int Height, int Width), (MapView View, PhasePlanes Planes)> _phases = [];

    /// <summary>Plans one step.</summary>
    public void Add(FusedConv chain)
    {
        var (node, quantization) = (NodeOf(chain), context.Lowered.Model.Quantization!);
        var isImage = context.Network.Nodes[context.Values.Source(node.Input)] is InputNode;
        var input = isImage ? ByteMaps.Image(context.Network.Head.Pixels) : maps.Of(node.Input);
        var weight = context.Lowered.Model.Weights[node.Weight];
        var packed = context.Lowered.PackQuads(chain, () => PackedQuads.Create(
            quantization.IntegersOf(node.Weight, weight), weight.Shape[0], context.Network.GeometryOf(node), input));
        var isBytes = context.Bytes.IsWritten(chain.Last);
        var channels = chain.TargetChannels(packed.ZeroSums.Length);
        var to = isBytes ? maps.New(chain.Last, SlotsOf(channels, context.Shapes[chain.Last].Channels)) : null;
        var floats = isBytes ? null : views.OrNew(chain.Last);
        var layout = (to?.Quads ?? floats!).Layout;
        var (source, offsets) = SourceOf(node, input, packed, layout, isImage);
        var other = chain.Merge is { } merge ? maps.Of(merge.Other.Node) : null;
        var epilogue = EpilogueOf(chain, packed, input, to, other, channels, layout);
        MapView[] touched = [source, .. other is null ? Array.Empty<MapView>() : [other.Quads], to?.Quads ?? floats!];
        context.Draft.Add(touched, m => new QuadConvStep(
            context.Network.Nodes[chain.Last].Name,
            QuadLevels.For(context.Level),
            packed,
            new QuadPlanes(layout, m.Plane(source, 0), offsets, to is null ? null : ByteMaps.Planes(m, to), floats is null ? null : m.Planes(floats)),
            epilogue(m),
            m.Scratch));
        if (chain.Afterwards is { } afterwards) AddActivation(afterwards, floats!);
    }

    private void AddActivation(Node node, MapView floats)
    {
        var activation = ChannelActivation.Of(context.Lowered.Model, node);
        context.Draft.Add([floats], m => new ActivationStep(node.Name, new ElementwisePlanes(floats.Layout, m.Planes(floats), m.Planes(floats)), activation));
    }

    private Conv2dNode NodeOf(FusedConv chain) => (Conv2dNode)context.Network.Nodes[chain.Node];

    /// <summary>The slots of a result: first the channels that the convolution has, so that its filters fill quads, then the others.</summary>
    private static int[] SlotsOf(IReadOnlyList<int> own, int channels)
    {
        var slots = Arrays.Of(channels, _ => -1);
        for (var i = 0; i < own.Count; i++) slots[own[i]] = i;
        var next = own.Count;
        for (var c = 0; c < channels; c++)
        {
            if (slots[c] < 0) slots[c] = next++;
        }

        return slots;
    }

    /// <summary>The planes that a convolution reads, and the distance of each tap from the first of them.</summary>
    private (MapView View, int[] Offsets) SourceOf(Conv2dNode node, ByteMap input, PackedQuads conv, PlanarLayout output, bool isImage)
    {
        var taps = new TapGeometry(conv.Geometry);
        if (taps.ReadsDirectly && !isImage) return (input.Quads, taps.Offsets(conv.Planes, input.Quads.Layout, [0]));
        var (view, planes) = Split(node, input, output, isImage);
        return (view, taps.Offsets(conv.Planes, planes.To, planes.Phases));
    }

    /// <summary>The phase planes of a map or the image, for all convolutions in integers that read it with the same stride.</summary>
    private (MapView View, PhasePlanes Planes) Split(Conv2dNode node, ByteMap input, PlanarLayout output, bool isImage)
    {
        var (stride, shape) = (node.Stride, context.Shapes[node.Input]);
        var key = (context.Values.Source(node.Input), stride, output.Height, output.Width);
        if (_phases.TryGetValue(key, out var split)) return split;
        var own = new TapGeometry(context.Network.GeometryOf(node));
        TapGeometry[] readers = [.. Readers(key)];
        if (readers.Max(t => t.Before) + readers.Max(t => t.After) > context.Draft.Halo) readers = [own];
        var planes = new PhasePlanes(
            shape.Height,
            shape.Width,
            output,
            new PhaseReach(stride, readers.Max(t => t.Before), readers.Max(t => t.After)),
            [.. readers.SelectMany(t => t.Phases()).Distinct().Order()]);
        var count = input.Quads.Channels;
        var view = context.Draft.NewBuffer(count * planes.PlanesPerChannel, output);
        context.Draft.Add(isImage ? [view] : [input.Quads, view], m => new QuadSplitStep(
            node.Name + ".phases",
            context.Level,
            isImage ? new ImageQuadRows(m.Image, context.Network.Head.Pixels) : new MapQuadRows(input.Quads.Layout, m.Planes(input.Quads)),
            planes,
            m.Plane(view, 0),
            Arrays.Of(count, input.ZeroQuad),
            m.Scratch));
        if (readers.Length > 1) _phases[key] = (view, planes);
        return (view, planes);
    }

    private IEnumerable<TapGeometry> Readers((int Source, int Stride, int Height, int Width) key) =>
        from siblings in context.Fused.Convolutions
        where siblings is not null
        from chain in siblings
        where context.Bytes.IsInteger(chain)
        let node = NodeOf(chain)
        let geometry = context.Network.GeometryOf(node)
        where (context.Values.Source(node.Input), node.Stride, context.Shapes[chain.Node].Height, context.Shapes[chain.Node].Width) == key
        select new TapGeometry(geometry);

    private Func<MemoryMap, QuadEpilogue> EpilogueOf(
        FusedConv chain, PackedQuads packed, ByteMap input, ByteMap? to, ByteMap? other, IReadOnlyList<int> channels, PlanarLayout layout)
    {
        var (node, model) = (NodeOf(chain), context.Lowered.Model);
        var scales = model.Quantization!.WeightScales[node.Weight];
        var bias = node.Bias is null ? new float[scales.Length] : model.Weights[node.Bias].Data;
        var (own, addend) = FactorsOf(chain.Merge);
        var step = to?.Scale ?? 1;
        var zero = to is null ? 0f : context.Bytes.Held(chain.Last)!.Value.Zero;
        var lanes = QuadStoreCall.Lanes * (to?.Quads.Channels ?? packed.Blocks);
        var (laneScales, starts, shifts) = (new float[lanes], new float[lanes], Arrays.Of(lanes, _ => zero));
        for (var o = 0; o < scales.Length; o++)
        {
            laneScales[o] = (float)(own * input.Scale * scales[o] / step);
            starts[o] = (float)((own * bias[o] / step) - (laneScales[o] * packed.ZeroSums[o]));
        }

        var border = BorderStarts.Of(context, [chain], bias, layout);
        if (border is not null) border = InSteps(border, own, step, packed, laneScales);
        var slope = context.SlopeOf(chain.Activation);
        if (other is null) return _ => new QuadEpilogue(laneScales, starts, border, slope, null, new int[lanes], 0, shifts);

        var factor = (float)(addend * other.Scale / step);
        var (bits, planes) = (new int[lanes], Arrays.Of(lanes, _ => -1));
        for (var c = 0; c < to!.Slots.Length; c++)
        {
            var from = chain.Merge!.Other.Channels.IsEmpty ? c : chain.Merge.Other.Channels.IndexOf(c);
            if (from < 0) continue;
            var lane = to.Slots[c];
            (planes[lane], bits[lane]) = (other.Slots[from] / ByteMap.Lanes, other.Slots[from] % ByteMap.Lanes * 8);
            shifts[lane] = (float)(zero - ((double)factor * other.Zeros[from]));
        }

        // Lanes without channel are for nobody: they take after the others, so that whole quads can be added.
        for (var lane = to.Slots.Length; lane < lanes; lane++) (planes[lane], bits[lane]) = (planes[lane / ByteMap.Lanes * ByteMap.Lanes], lane % ByteMap.Lanes * 8);
        return m => new QuadEpilogue(
            laneScales, starts, border, slope, Arrays.Of(lanes, l => planes[l] < 0 ? -1 : m.Plane(other.Quads, planes[l])), bits, factor, shifts);
    }

    /// <summary>What sums start from in steps of the result's bytes, less what the input's zeros add to them.</summary>
    private static BorderStart InSteps(BorderStart border, double own, float step, PackedQuads packed, float[] scales)
    {
        var rows = QuadStoreCall.Lanes * packed.Blocks;
        var values = new float[rows * border.Stride];
        for (var o = 0; o < packed.ZeroSums.Length; o++)
        {
            for (var i = o * border.Stride; i < (o + 1) * border.Stride; i++) values[i] = (float)((own * border.Values[i] / step) - (scales[o] * packed.ZeroSums[o]));
        }

        return border with { Values = values };
    }

    private (double Own, double Other) FactorsOf(FusedMerge? merge)
    {
        if (merge is null) return (1, 1);
        var factors = FusionWeights.Of(context.Lowered.Model, merge.Node);
        return merge.Own == merge.Node.A ? (factors.First, factors.Second) : (factors.Second, factors.First);
    }
}
