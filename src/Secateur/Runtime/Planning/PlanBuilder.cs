using Secateur.Execution;
using Secateur.Graph;
using Secateur.Runtime.Fusion;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Compiles a model for one input size: decides what is computed where and by which step; <see cref="PlanDraft"/> finds the addresses.</summary>
internal sealed class PlanBuilder
{
    private readonly PlanContext _context;
    private readonly NodeViews _views;
    private readonly SumPlanner _sums;
    private readonly ConvPlanner _convolutions;
    private readonly ByteConvPlanner _integers;

    private PlanBuilder(PlanContext context)
    {
        _context = context;
        _views = new NodeViews(context);
        _sums = new SumPlanner(context, _views);
        _convolutions = new ConvPlanner(context, _views, _sums);
        _integers = new ByteConvPlanner(context, _views, _views.Bytes);
    }

    /// <summary>Compiles the plan.</summary>
    /// <exception cref="NetworkException">The input is too small or too large for the network, or the network holds a node that cannot run.</exception>
    public static InferencePlan Build(LoweredModel lowered, int height, int width)
    {
        var builder = new PlanBuilder(new PlanContext(lowered, height, width));
        builder._views.PlaceParts();
        for (var i = 0; i < lowered.Model.Network.Nodes.Length; i++) builder.Add(i);
        return builder.Finish();
    }

    private void Add(int i)
    {
        if (!_context.Values.IsComputed(i) || _context.Fused.ComputedBy[i] != i) return;
        if (_context.Fused.Separables[i] is { } separable) _convolutions.Add(separable);
        else if (_context.Fused.Convolutions[i] is { } siblings) AddConvolutions(siblings);
        else if (_context.Bytes.IsWritten(i)) AddBytes(i, _context.Network.Nodes[i]);
        else AddPlain(i, _context.Network.Nodes[i]);
    }

    private void AddConvolutions(IReadOnlyList<FusedConv> siblings)
    {
        foreach (var chain in siblings.Where(_context.Bytes.IsInteger)) _integers.Add(chain);
        FusedConv[] floats = [.. siblings.Where(chain => !_context.Bytes.IsInteger(chain))];
        if (floats.Length > 0) _convolutions.Add(floats);
    }

    /// <summary>Plans what is done with bytes as they are. A concatenation's parts stand in their places already.</summary>
    private void AddBytes(int i, Node node)
    {
        if (node is UpsampleNode upsample) _views.Bytes.AddUpsample(i, upsample);
    }

    private void AddPlain(int i, Node node)
    {
        switch (node)
        {
            case InputNode:
                break;
            case SelectNode n:
                _views.Select(i, n);
                break;
            case ReluNode or PReluNode or ClipNode or SigmoidNode:
                var activation = ChannelActivation.Of(_context.Lowered.Model, node);
                AddElementwise(i, node.Inputs[0], (planes, _) => new ActivationStep(node.Name, planes, activation));
                break;
            case MultiplyNode n:
                AddProduct(i, n);
                break;
            case MergeNode n:
                _sums.AddMerge(i, n);
                break;
            case UpsampleNode n:
                AddUpsample(i, n);
                break;
            case ConcatNode n:
                _sums.AddConcat(i, n);
                break;
            case MaxPool2dNode n:
                AddPool(i, n.Input, (planes, m) => new MaxPoolStep(n.Name, n.Geometry, planes, m.Scratch));
                break;
            case AveragePool2dNode n:
                AddPool(i, n.Input, (planes, m) => new AveragePoolStep(n.Name, n.Geometry, n.CountPadding, planes, m.Scratch));
                break;
            case GlobalAveragePoolNode n:
                AddPool(i, n.Input, (planes, _) => new GlobalAveragePoolStep(n.Name, planes));
                break;
            case MaxOutNode n:
                AddMaxOut(i, n);
                break;
            default:
                throw NodeValues.Unknown(node);
        }
    }

    private void AddElementwise(int i, int input, Func<ElementwisePlanes, MemoryMap, PlanStep> step, params ReadOnlySpan<MapView> others)
    {
        var (from, to) = (_views.Of(input), _views.OrNew(i));
        _context.Draft.Add([from, to, .. others], m => step(new ElementwisePlanes(to.Layout, m.Planes(from), m.Planes(to)), m));
    }

    private void AddProduct(int i, MultiplyNode node)
    {
        var factor = _views.Of(node.Factor);
        var isPixel = _context.Shapes[node.Factor].Area == 1;
        AddElementwise(
            i,
            node.Input,
            (planes, m) => isPixel ? new ScaleStep(node.Name, planes, m.Planes(factor)) : new ProductStep(node.Name, planes, m.Planes(factor)),
            factor);
    }

    private void AddPool(int i, int input, Func<PoolPlanes, MemoryMap, PlanStep> step)
    {
        var (from, to) = (_views.Of(input), _views.OrNew(i));
        _context.Draft.Add([from, to], m => step(new PoolPlanes(from.Layout, to.Layout, m.Planes(from), m.Planes(to)), m));
    }

    private void AddUpsample(int i, UpsampleNode node)
    {
        var (from, to) = (_views.Of(node.Input), _views.OrNew(i));
        _context.Draft.Add([from, to], PlanStep (m) =>
        {
            var planes = new UpsamplePlanes(from.Layout, to.Layout, m.Planes(from), m.Planes(to));
            return node.Mode switch
            {
                UpsampleMode.Nearest => new NearestStep(node.Name, planes),
                UpsampleMode.Bilinear => new BilinearStep(node.Name, planes),
                _ => throw NodeValues.Unknown(node),
            };
        });
    }

    private void AddMaxOut(int i, MaxOutNode node)
    {
        var (from, to) = (_views.Of(node.Input), _views.OrNew(i));
        _context.Draft.Add([from, to], m => new MaxOutStep(node.Name, to.Layout, m.Planes(from), m.Plane(to, 0), m.Plane(to, 1)));
    }

    private InferencePlan Finish()
    {
        var (network, values) = (_context.Network, _context.Values);
        var results = new Dictionary<int, MapView>();
        for (var i = 0; i < network.Nodes.Length; i++)
        {
            if (values.IsResult(values.Source(i))) results[i] = _views.Of(i);
        }

        return _context.Draft.Finish(_context.Shapes, _context.Shapes[network.Nodes.IndexOf(network.Nodes.OfType<InputNode>().Single())], results);
    }
}
