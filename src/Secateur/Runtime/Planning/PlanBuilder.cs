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
            case ReluNode n:
                AddActivation(i, n, n.Input);
                break;
            case PReluNode n:
                AddActivation(i, n, n.Input);
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
                AddMaxPool(i, n);
                break;
            case MaxOutNode n:
                AddMaxOut(i, n);
                break;
            default:
                throw NodeValues.Unknown(node);
        }
    }

    private void AddActivation(int i, Node node, int input)
    {
        var (from, to) = (_views.Of(input), _views.OrNew(i));
        var slope = _context.SlopeOf(node);
        _context.Draft.Add([from, to], m => new ActivationStep(node.Name, to.Layout, m.Planes(from), m.Planes(to), slope));
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

    private void AddMaxPool(int i, MaxPool2dNode node)
    {
        var (from, to) = (_views.Of(node.Input), _views.OrNew(i));
        _context.Draft.Add([from, to], m => new MaxPoolStep(node.Name, node.Geometry, from.Layout, to.Layout, m.Planes(from), m.Planes(to), m.Scratch));
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
