using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Lowering.Parameters;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Packing;
using Secateur.Runtime.Fixed;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Plans convolutions with what was fused into them.</summary>
internal sealed class ConvPlanner(PlanContext context, NodeViews views, SumPlanner sums)
{
    private readonly ConvInputs _inputs = new(context, views, sums);

    /// <summary>Plans one step for convolutions that read the same in the same way.</summary>
    public void Add(IReadOnlyList<FusedConv> siblings)
    {
        Conv2dNode[] nodes = [.. siblings.Select(NodeOf)];
        var (lowered, level) = (context.Lowered, context.Level);
        var packed = lowered.Pack(nodes);
        ConvTarget[] targets = [.. siblings.Select(TargetOf)];
        var layout = targets[0].View.Layout;
        var border = BorderStarts.Of(context, siblings, packed.Bias, layout);
        var winograd = WinogradCost.Pays(level, packed.Geometry, packed.GroupChannels, packed.Bias.Length, layout) ? lowered.PackWinograd(nodes) : null;
        var source = winograd is null ? _inputs.Of(nodes[0], packed, layout) : _inputs.Direct(nodes[0]);
        var afterwards = siblings[0].Afterwards is { } activation ? ChannelActivation.Of(lowered.Model, activation) : null;
        context.Draft.Add([.. source.Touched, .. targets.SelectMany(t => t.Touched)], m =>
        {
            var name = string.Join('+', siblings.Select(chain => context.Network.Nodes[chain.Last].Name));
            var planes = new ConvPlanes(
                layout,
                Arrays.Of(packed.Geometry.Groups, g => source.Plane(m, g * packed.GroupChannels)),
                source.Offsets,
                [.. targets.SelectMany(t => t.Planes(m))]);

            // What is done to the sums is the same for all, or there are no siblings.
            var epilogue = targets[0].Epilogue(m);
            return winograd is null
                ? new ConvStep(name, level, packed, planes, epilogue, border, source.Window(m), afterwards)
                : new WinogradStep(name, level, winograd, planes, epilogue, border, m.Scratch, afterwards);
        });
        foreach (var (chain, target) in siblings.Zip(targets)) AddRest(chain, target);
    }

    /// <summary>Plans a depthwise convolution with the 1x1 convolutions around it.</summary>
    public void Add(SeparableConv conv)
    {
        var from = NodeOf(conv.First).Input;
        var (input, target) = (views.Of(from), TargetOf(conv.Project));
        var layers = new SeparableLayers(
            conv.Expand is { } expand ? Packed(expand) : null,
            context.SlopeOf(conv.Expand?.Activation),
            Packed(conv.Depthwise),
            context.SlopeOf(conv.Depthwise.Activation),
            Packed(conv.Project));
        var border = BorderStarts.Of(context, [conv.Project], layers.Project.Bias, target.View.Layout, ThroughProjection(conv));
        var isInPlace = context.Lowered.InPlace.Overwritten(conv.Project.Last) is { } part && context.Values.Source(part.Node) == context.Values.Holder(from);
        SeparableStep? step = null;
        if (isInPlace) context.Draft.Add([input, .. target.Touched], m => new SaveEdgesStep(Create(m)), floats: 0); // One part has no neighbours.
        context.Draft.Add([input, .. target.Touched], Create);
        AddRest(conv.Project, target);

        PackedConv Packed(FusedConv chain) => context.Lowered.Pack([NodeOf(chain)]);

        SeparableStep Create(MemoryMap m) => step ??= new SeparableStep(
            context.Network.Nodes[conv.Project.Last].Name,
            context.Level,
            layers,
            new SeparablePlanes(input.Layout, target.View.Layout, m.Planes(input), target.Planes(m), isInPlace),
            target.Epilogue(m),
            border,
            m.Scratch);
    }

    /// <summary>What is added to the depthwise sums as the projection hands it on; null for nothing.</summary>
    private FixedMap? ThroughProjection(SeparableConv conv)
    {
        if (conv.Depthwise.Starts.IsEmpty) return null;
        var starts = conv.Depthwise.Starts.Select(start => (context.FixedMaps[start.Node]!, start.Channels)).ToList();
        return FixedMapEvaluator.Project(context.Lowered.Model.Weights[NodeOf(conv.Project).Weight], starts);
    }

    /// <summary>Where a chain writes, and what it adds.</summary>
    private ConvTarget TargetOf(FusedConv chain)
    {
        var channels = chain.TargetChannels(context.Shapes[chain.Node].Channels);
        var (own, addend) = FactorsOf(chain.Merge);
        MergePart? other = chain.Merge is { } merge ? new MergePart(views.Of(merge.Other.Node), merge.Other.Channels, addend) : null;
        var view = views.OrNew(chain.Last);
        MapView? zeros = other is { } part && !channels.All(part.Has) ? sums.Zeros(view.Layout) : null;
        return new ConvTarget(view, channels, other, zeros, context.SlopeOf(chain.Activation), own);
    }

    /// <summary>Plans the channels that a convolution does not have: they are the other operand's alone.</summary>
    private void AddRest(FusedConv chain, ConvTarget target)
    {
        if (target.Other is { } rest)
            sums.Add(context.Network.Nodes[chain.Node].Name, target.View, Enumerable.Range(0, target.View.Channels).Except(target.Channels), rest);
    }

    private (float Own, float Other) FactorsOf(FusedMerge? merge)
    {
        if (merge is null) return (1, 1);
        var factors = FusionWeights.Of(context.Lowered.Model, merge.Node);
        return merge.Own == merge.Node.A ? ((float)factors.First, (float)factors.Second) : ((float)factors.Second, (float)factors.First);
    }

    private Conv2dNode NodeOf(FusedConv chain) => (Conv2dNode)context.Network.Nodes[chain.Node];
}
