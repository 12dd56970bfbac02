using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Lowering.Parameters;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Packing;
using Secateur.Runtime.Statics;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Compiles a model for one input size: decides what is computed where and by which step; <see cref="PlanDraft"/> finds the addresses.</summary>
internal sealed class PlanBuilder
{
    private readonly LoweredModel _lowered;
    private readonly Network _network;
    private readonly DataFlow _flow;
    private readonly ImmutableArray<MapShape> _shapes;
    private readonly StaticMap?[] _statics;
    private readonly int _height;
    private readonly int _width;
    private readonly PlanDraft _draft;
    private readonly MapView?[] _views;
    private readonly Dictionary<PlanarLayout, MapView> _zeros = [];
    private readonly Dictionary<PhaseKey, (MapView View, int[] Phases)> _phases = [];
    private MapView? _image;

    private PlanBuilder(LoweredModel lowered, int height, int width)
    {
        (_lowered, _height, _width) = (lowered, height, width);
        _network = lowered.Model.Network;
        _flow = lowered.Flow;
        _shapes = NetworkShapes.Infer(_network, height, width);
        _statics = StaticEvaluator.Run(lowered.Model, _shapes);
        _views = new MapView?[_network.Nodes.Length];
        var halo = Enumerable.Range(0, _network.Nodes.Length)
            .Where(i => _flow.IsNeeded[i] && !_flow.IsStatic[i] && _network.Nodes[i] is Conv2dNode)
            .Select(i => HaloOf(new TapGeometry(_network.GeometryOf((Conv2dNode)_network.Nodes[i]))))
            .Append(0)
            .Max();
        _draft = new PlanDraft(height, width, halo);
    }

    /// <summary>Compiles the plan.</summary>
    /// <exception cref="NetworkException">The input is too small or too large for the network.</exception>
    public static InferencePlan Build(LoweredModel lowered, int height, int width)
    {
        var builder = new PlanBuilder(lowered, height, width);
        builder.PlaceParts();
        for (var i = 0; i < builder._network.Nodes.Length; i++) builder.Emit(i);
        return builder.Finish();
    }

    /// <summary>
    /// The halo that a convolution needs: of its input's own planes the gap between rows serves both sides; of phase planes, where real pixels may
    /// lie on either side, it cannot be shared.
    /// </summary>
    private static int HaloOf(TapGeometry taps) => taps.ReadsDirectly ? Math.Max(taps.Before, taps.After) : taps.Before + taps.After;

    /// <summary>Lets values be written where those who put them together want them, the last of these first.</summary>
    private void PlaceParts()
    {
        for (var i = _network.Nodes.Length - 1; i >= 0; i--)
        {
            if (!IsComputed(i) || _flow.ComputedBy[i] != i) continue;
            if (_network.Nodes[i] is ConcatNode concat) PlaceConcatParts(concat, ViewOrNew(i));
            else if (_flow.Overwritten(i) is { } part) _views[_flow.Source(part.Node)] = part.Channels.IsEmpty ? ViewOrNew(i) : ViewOrNew(i).Select(part.Channels);
        }
    }

    private void PlaceConcatParts(ConcatNode concat, MapView whole)
    {
        var first = whole.FirstChannel;
        foreach (var part in concat.Parts)
        {
            var channels = _shapes[part].Channels;
            var source = _flow.Source(part);
            if (!_flow.IsStatic[source] && _network.Nodes[source] is not SelectNode) _views[source] ??= whole with { FirstChannel = first, Channels = channels };
            first += channels;
        }
    }

    private bool IsComputed(int node) => _flow.IsNeeded[node] && !_flow.IsStatic[node] && _flow.Source(node) == node;

    private void Emit(int i)
    {
        if (!IsComputed(i) || _flow.ComputedBy[i] != i) return;
        if (_flow.Separables[i] is { } separable)
        {
            EmitSeparable(separable);
            return;
        }

        if (_flow.Convolutions[i] is { } siblings)
        {
            EmitConv(siblings);
            return;
        }

        switch (_network.Nodes[i])
        {
            case InputNode:
                break;
            case SelectNode n:
                _views[i] = ViewOf(n.Input).Select(n.Channels);
                break;
            case ReluNode n:
                EmitActivation(i, n.Input, 0);
                break;
            case PReluNode n:
                EmitActivation(i, n.Input, SlopeOf(n));
                break;
            case MergeNode n:
                EmitMerge(i, n);
                break;
            case UpsampleNode n:
                EmitUpsample(i, n);
                break;
            case ConcatNode n:
                EmitConcat(i, n);
                break;
            case MaxPool2dNode n:
                EmitMaxPool(i, n);
                break;
            case MaxOutNode n:
                var (from, to) = (ViewOf(n.Input), ViewOrNew(i));
                _draft.Add([from, to], m => new MaxOutStep(n.Name, to.Layout, m.Planes(from), m.Plane(to, 0), m.Plane(to, 1)));
                break;
            case var n:
                throw new NetworkException($"'{n.Name}' ({n.GetType().Name}) cannot stand in an inference plan");
        }
    }

    /// <summary>One step for convolutions that read the same in the same way.</summary>
    private void EmitConv(FusedConv[] siblings)
    {
        Conv2dNode[] nodes = [.. siblings.Select(chain => (Conv2dNode)_network.Nodes[chain.Node])];
        var packed = _lowered.Pack(nodes);
        ConvTarget[] targets = [.. siblings.Select(TargetOf)];
        var layout = targets[0].View.Layout;
        var border = BorderStarts.Of(_lowered.Level, siblings, _shapes, _statics, packed.Bias, layout);
        var winograd = WinogradCost.Pays(_lowered.Level, packed.Geometry, packed.GroupChannels, packed.Bias.Length, layout) ? _lowered.PackWinograd(nodes) : null;
        var source = winograd is null ? SourceOf(nodes[0], packed, layout) : DirectSource(nodes[0]);
        _draft.Add([.. source.Touched, .. targets.SelectMany(t => t.Touched)], m =>
        {
            var name = string.Join('+', siblings.Select(chain => _network.Nodes[chain.Last].Name));
            var planes = new ConvPlanes(
                layout,
                Arrays.Of(packed.Geometry.Groups, g => source.Plane(m, g * packed.GroupChannels)),
                source.Offsets,
                [.. targets.SelectMany(t => t.Planes(m))]);

            // What adds a map to its sums has no siblings: so what is done to the sums is the same for all.
            var epilogue = targets[0].Epilogue(m);
            return winograd is null
                ? new ConvStep(name, _lowered.Level, packed, planes, epilogue, border, source.Window(m))
                : new WinogradStep(name, _lowered.Level, winograd, planes, epilogue, border, m.Scratch);
        });
        foreach (var (chain, target) in siblings.Zip(targets)) EmitRest(chain, target);
    }

    /// <summary>A plane of zeros: what an operand that lacks a channel adds to it.</summary>
    private MapView Zeros(PlanarLayout layout)
    {
        if (_zeros.TryGetValue(layout, out var zeros)) return zeros;
        zeros = _zeros[layout] = _draft.NewBuffer(1, layout);
        _draft.AddPreparation(zeros, m => new MergeStep("zeros", layout, [new MergeChannel(m.Plane(zeros, 0), -1, -1)], 0, 0));
        return zeros;
    }

    private void EmitSeparable(SeparableConv conv)
    {
        var from = _network.Nodes[conv.First.Node].Inputs[0];
        var (input, target) = (ViewOf(from), TargetOf(conv.Project));
        var layers = new SeparableLayers(
            conv.Expand is { } expand ? Packed(expand) : null, SlopeOf(conv.Expand), Packed(conv.Depthwise), SlopeOf(conv.Depthwise), Packed(conv.Project));
        var starts = conv.Depthwise.Starts.ConvertAll(start => (_statics[start.Node]!, start.Channels));
        var further = starts.Count == 0 ? null : StaticEvaluator.Project(_lowered.Model.Weights[((Conv2dNode)_network.Nodes[conv.Project.Node]).Weight], starts);
        var border = BorderStarts.Of(_lowered.Level, [conv.Project], _shapes, _statics, layers.Project.Bias, target.View.Layout, further);
        var isInPlace = _flow.Overwritten(conv.Project.Last) is { } part && _flow.Source(part.Node) == _flow.Holder(from);
        SeparableStep? step = null;
        if (isInPlace) _draft.Add([input, .. target.Touched], m => new SaveEdgesStep(Create(m)), floats: 0); // One part has no neighbours.
        _draft.Add([input, .. target.Touched], Create);
        EmitRest(conv.Project, target);

        PackedConv Packed(FusedConv chain) => _lowered.Pack([(Conv2dNode)_network.Nodes[chain.Node]]);

        SeparableStep Create(MemoryMap m) => step ??= new SeparableStep(
            _network.Nodes[conv.Project.Last].Name,
            _lowered.Level,
            layers,
            new SeparablePlanes(input.Layout, target.View.Layout, m.Planes(input), target.Planes(m), isInPlace),
            target.Epilogue(m),
            border,
            m.Scratch);
    }

    /// <summary>Where a chain writes, and what it adds.</summary>
    private ConvTarget TargetOf(FusedConv chain)
    {
        var channels = chain.TargetChannels(_shapes[chain.Node].Channels);
        var (own, addend) = FactorsOf(chain);
        MergePart? other = chain.Merge is null ? null : new MergePart(ViewOf(chain.Other.Node), chain.Other.Channels, addend);
        var view = ViewOrNew(chain.Last);
        MapView? zeros = other is { } part && !channels.All(part.Has) ? Zeros(view.Layout) : null;
        return new ConvTarget(view, channels, other, zeros, SlopeOf(chain), own);
    }

    /// <summary>Channels that a convolution does not have are the other operand's alone.</summary>
    private void EmitRest(FusedConv chain, ConvTarget target)
    {
        if (target.Other is { } rest)
            AddMerge(_network.Nodes[chain.Node].Name, target.View, Enumerable.Range(0, target.View.Channels).Except(target.Channels), rest);
    }

    /// <summary>
    /// How a convolution reads: a map's own planes where its taps can; else phase planes, whole ones if several convolutions read them, or through a
    /// window; the image always through a window.
    /// </summary>
    private ConvSource SourceOf(Conv2dNode node, PackedConv conv, PlanarLayout output)
    {
        var taps = new TapGeometry(conv.Geometry);
        if (IsImage(node.Input)) return WindowedSource(node, conv, output, null, ImageRows);
        if (taps.ReadsDirectly) return DirectSource(node);
        var from = ViewOf(node.Input);
        if (ReadersLike(node).Length == 1) return WindowedSource(node, conv, output, from, m => Rows(node.Input, from, conv.Geometry.Stride, m));
        var (view, phases) = Split(node);
        return new DirectSource(view, phases.Length * phases.Length, taps.Offsets(Channels(conv.GroupChannels), view.Layout, phases));
    }

    private bool IsImage(int node) => _network.Nodes[_flow.Source(node)] is InputNode;

    private static int[] Channels(int count) => Arrays.Of(count, c => c);

    /// <summary>Reads a node's own planes.</summary>
    private DirectSource DirectSource(Conv2dNode node)
    {
        var geometry = _network.GeometryOf(node);
        var view = ViewOf(node.Input);
        var channels = Channels(_shapes[node.Input].Channels / geometry.Groups);
        if (view.Selection is not null)
        {
            // Every group must find its channels at the same distances.
            if (geometry.Groups > 1 && channels.Length > 1) view = Copy(node.Name + ".inputs", view);
            else channels = Arrays.Of(channels.Length, c => view.PlaneOf(c) - view.PlaneOf(0));
        }

        return new DirectSource(view, 1, new TapGeometry(geometry).Offsets(channels, view.Layout, [0]));
    }

    private WindowedSource WindowedSource(Conv2dNode node, PackedConv conv, PlanarLayout output, MapView? view, Func<MemoryMap, RowSource> rows)
    {
        var taps = new TapGeometry(conv.Geometry);
        var planes = PhasesOf(_shapes[node.Input], output, [taps]);
        var count = (long)_shapes[node.Input].Channels * planes.PlanesPerChannel;
        planes = planes with { To = output.OfHeight(PhaseWindow.Rows(planes, count, ConvStep.Strip(conv))) };
        _draft.CheckAddressable(count * planes.To.PlaneStride);
        return new WindowedSource(_lowered.Level, view, rows, planes, taps.Offsets(Channels(conv.GroupChannels), planes.To, planes.Phases));
    }

    /// <summary>
    /// The steps that can share phase planes with a convolution's, by their taps: of the same map, stride and result size, as far as the halo allows.
    /// Separable steps read the map itself.
    /// </summary>
    private TapGeometry[] ReadersLike(Conv2dNode node)
    {
        var (source, own, shape) = (_flow.Source(node.Input), _network.GeometryOf(node), _shapes[node.Input]);
        TapGeometry[] all =
        [
            .. (from i in Enumerable.Range(0, _network.Nodes.Length)
                where _flow.IsNeeded[i] && !_flow.IsStatic[i] && _network.Nodes[i] is Conv2dNode && _flow.Source(_network.Nodes[i].Inputs[0]) == source
                where _flow.Separables[_flow.ComputedBy[i]] is null
                let geometry = _network.GeometryOf((Conv2dNode)_network.Nodes[i])
                where geometry.Stride == own.Stride
                where (geometry.OutputSize(shape.Height), geometry.OutputSize(shape.Width)) == (own.OutputSize(shape.Height), own.OutputSize(shape.Width))
                select (Step: _flow.ComputedBy[i], Taps: new TapGeometry(geometry))).DistinctBy(reader => reader.Step).Select(reader => reader.Taps),
        ];
        return all.Max(t => t.Before) + all.Max(t => t.After) <= _draft.Halo ? all : [new TapGeometry(own)];
    }

    private RowSource Rows(int node, MapView view, int stride, MemoryMap memory) => new MapRows(_shapes[node], view.Layout, memory.Planes(view), stride);

    private ImageRows ImageRows(MemoryMap memory) => new(memory.Image, _network.Head.Pixels);

    private static PhasePlanes PhasesOf(MapShape shape, PlanarLayout to, TapGeometry[] readers) => new(
        shape.Height,
        shape.Width,
        to,
        new PhaseReach(readers[0].Conv.Stride, readers.Max(t => t.Before), readers.Max(t => t.After)),
        [.. readers.SelectMany(t => t.Phases()).Distinct().Order()]);

    /// <summary>The phase planes that a convolution reads, and maybe others like it: written before the first of them.</summary>
    private (MapView View, int[] Phases) Split(Conv2dNode node)
    {
        var (geometry, shape, readers) = (_network.GeometryOf(node), _shapes[node.Input], ReadersLike(node));
        var key = new PhaseKey(_flow.Source(node.Input), geometry.Stride, geometry.OutputSize(shape.Height), geometry.OutputSize(shape.Width));
        if (readers.Length > 1 && _phases.TryGetValue(key, out var split)) return split;
        var (from, planes) = (ViewOf(node.Input), PhasesOf(shape, _draft.Layout(key.Height, key.Width), readers));
        var view = _draft.NewBuffer(shape.Channels * planes.PlanesPerChannel, planes.To);
        _draft.Add([from, view], m => new PhaseSplitStep(
            node.Name + ".phases", _lowered.Level, Rows(node.Input, from, geometry.Stride, m), planes, m.Plane(view, 0), m.Scratch));
        return _phases[key] = (view, planes.Phases);
    }

    /// <summary>Writes the image as a map, for those who cannot read it as it comes.</summary>
    private MapView WriteImage(int node)
    {
        var view = ViewOrNew(node);
        var planes = new PhasePlanes(_height, _width, view.Layout, new PhaseReach(1, _draft.Halo, _draft.Halo), [0]);
        _draft.Add([view], m => new PhaseSplitStep("input", _lowered.Level, ImageRows(m), planes, m.Plane(view, 0), m.Scratch));
        return view;
    }

    private (float Own, float Other) FactorsOf(FusedConv chain)
    {
        if (chain.Merge is null) return (1, 1);
        var factors = FusionWeights.Of(_lowered.Model, chain.Merge);
        return chain.Own == chain.Merge.A ? ((float)factors.First, (float)factors.Second) : ((float)factors.Second, (float)factors.First);
    }

    private void EmitActivation(int i, int input, float slope)
    {
        var (from, to) = (ViewOf(input), ViewOrNew(i));
        _draft.Add([from, to], m => new ActivationStep(_network.Nodes[i].Name, to.Layout, m.Planes(from), m.Planes(to), slope));
    }

    private void EmitMerge(int i, MergeNode node)
    {
        var (a, b, to) = (ViewOf(node.A.Node), ViewOf(node.B.Node), ViewOrNew(i));
        var factors = FusionWeights.Of(_lowered.Model, node);
        AddMerge(
            node.Name, to, Enumerable.Range(0, to.Channels), new MergePart(a, node.A.Channels, (float)factors.First), new MergePart(b, node.B.Channels, (float)factors.Second));
    }

    /// <summary>The sum of one or two parts in some channels, but those where it stands already.</summary>
    private void AddMerge(string name, MapView to, IEnumerable<int> channels, MergePart a, MergePart? b = null)
    {
        var changed = channels.Where(c => !IsThere(c)).ToArray();
        if (changed.Length == 0) return;
        _draft.Add(b is { } second ? [a.View, to, second.View] : [a.View, to], m => new MergeStep(
            name, to.Layout, Arrays.Of(changed.Length, i => MergeOf(m, changed[i])), a.Factor, b?.Factor ?? 0));

        MergeChannel MergeOf(MemoryMap m, int c) => new(m.Plane(to, c), a.Plane(m, c), b?.Plane(m, c) ?? -1);

        bool IsThere(int c) => (b?.Has(c) != true && a.IsPlacedIn(to, c)) || (!a.Has(c) && b?.IsPlacedIn(to, c) == true);
    }

    private void EmitUpsample(int i, UpsampleNode node)
    {
        var (from, to) = (ViewOf(node.Input), ViewOrNew(i));
        _draft.Add([from, to], m =>
        {
            var planes = new UpsamplePlanes(from.Layout, to.Layout, m.Planes(from), m.Planes(to));
            return node.Mode == UpsampleMode.Nearest ? new NearestStep(node.Name, planes) : new BilinearStep(node.Name, planes);
        });
    }

    private void EmitMaxPool(int i, MaxPool2dNode node)
    {
        var (from, to) = (ViewOf(node.Input), ViewOrNew(i));
        _draft.Add([from, to], m => new MaxPoolStep(node.Name, node.Geometry, from.Layout, to.Layout, m.Planes(from), m.Planes(to), m.Scratch));
    }

    private void EmitConcat(int i, ConcatNode node)
    {
        var whole = ViewOrNew(i);
        var first = whole.FirstChannel;
        foreach (var part in node.Parts)
        {
            var from = ViewOf(part);
            var to = whole with { FirstChannel = first, Channels = from.Channels };
            first += from.Channels;
            if (from != to) AddCopy(node.Name, from, to);
        }
    }

    private MapView Copy(string name, MapView from)
    {
        var to = _draft.NewBuffer(from.Channels, from.Layout);
        AddCopy(name, from, to);
        return to;
    }

    private void AddCopy(string name, MapView from, MapView to) =>
        AddMerge(name, to, Enumerable.Range(0, to.Channels), new MergePart(from, [], 1));

    /// <summary>Where a node's value is; a static one that somebody needs as a map is written out before the first image.</summary>
    private MapView ViewOf(int node)
    {
        var source = _flow.Source(node);
        if (_network.Nodes[source] is InputNode) return _image ??= WriteImage(source);
        if (_views[source] is { } view) return view;
        var map = _statics[source] ?? throw new InvalidOperationException($"'{_network.Nodes[source].Name}' is read before it is computed");
        var written = ViewOrNew(source);
        _draft.AddPreparation(written, m => new StaticStep(_network.Nodes[source].Name, written.Layout, map, m.Planes(written)));
        return written;
    }

    private MapView ViewOrNew(int node) =>
        _views[node] ??= _draft.NewBuffer(_shapes[node].Channels, _draft.Layout(_shapes[node].Height, _shapes[node].Width));

    private float SlopeOf(PReluNode node) => _lowered.Model.Weights[node.Slope].Data[0];

    private float SlopeOf(FusedConv? chain) => chain?.Activation switch
    {
        null => 1,
        PReluNode p => SlopeOf(p),
        _ => 0,
    };

    private InferencePlan Finish()
    {
        var results = new Dictionary<int, MapView>();
        for (var i = 0; i < _network.Nodes.Length; i++)
        {
            if (_flow.IsResult[_flow.Source(i)]) results[i] = ViewOf(i);
        }

        return _draft.Finish(_shapes, _shapes[_network.Nodes.IndexOf(_network.Nodes.OfType<InputNode>().Single())], results);
    }

    /// <summary>What the phase planes of a node depend on.</summary>
    private sealed record PhaseKey(int Source, int Stride, int Height, int Width);
}
