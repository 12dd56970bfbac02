using Secateur.Graph;
using Secateur.Training.Engine.Binding;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Normalization;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Operations.Convolution;
using Secateur.Training.Engine.Operations.MaxOut;
using Secateur.Training.Engine.Operations.MaxPool;
using Secateur.Training.Engine.Operations.Merge;
using Secateur.Training.Engine.Operations.Planes;
using Secateur.Training.Engine.Operations.Upsample;
using Secateur.Training.Engine.Planning;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine;

/// <summary>The steps of a plan on the processor.</summary>
/// <param name="context">What they share.</param>
/// <param name="input">The network's input.</param>
/// <param name="results">Where its results go, and where the gradients by them come from.</param>
internal sealed class ProcessorSteps(EngineContext context, BatchInput input, IReadOnlyList<ResultBinding> results) : StepFactory
{
    private readonly Dictionary<string, ConvLayer> _layers = [];
    private readonly Dictionary<StoredMap, PlanBuffer> _moments = [];
    private readonly WeightExchangeStep? _exchange = context.Collective.Size > 1 ? new WeightExchangeStep(context) : null;

    public override int Batch => context.Batch;

    public override int WholeBatch => context.WholeBatch;

    public override bool FrozenNorms => context.FrozenNorms;

    public override ParameterVector Parameters => context.Parameters;

    public override bool WritesChannelsTogether => false;

    public override IPlannedStep Input(StoredMap map) => new InputStep(context, input, map);

    public override IPlannedStep Fill(StoredMap map, PlanBuffer buffer, int[] channels, float value) => new FillStep(map.Name, context, map, buffer, channels, value);

    public override Operation Convolve(Network network, Conv2dNode node, ChannelRef[] inputs, StoredMap output)
    {
        // The copies of the weights depend on stride, padding and dilation too.
        var key = $"{node.Weight} {node.Bias} {node.Stride} {node.Padding} {node.Groups} {node.Dilation}";
        if (!_layers.TryGetValue(key, out var layer)) _layers.Add(key, layer = new ConvLayer(network, node, context.Parameters, context.Level));
        return new ConvOperation(context, network, node, layer, inputs, output, _exchange);
    }

    public override Operation Merge(string name, ChannelRef?[][] operands, WeightedFusionNode? fusion, StoredMap output) =>
        new MergeOperation(context, name, operands, new MergeFactors(fusion, context.Parameters), output);

    public override Operation Upsample(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) =>
        new UpsampleOperation(context, node, inputs, from, output);

    public override Operation MaxPool(MaxPool2dNode node, ChannelRef[] inputs, MapShape from, StoredMap output) =>
        new MaxPoolOperation(context, node, inputs, from, output);

    public override Operation MaxOut(MaxOutNode node, ChannelRef[] inputs, StoredMap output) => new MaxOutOperation(context, node, inputs, output);

    public override bool TakesSlopesByChannel => true;

    public override Operation Planewise(Node node, ChannelRef[][] operands, MapShape[] from, StoredMap output) =>
        new PlaneOperation(context, PlaneFunction.Of(node, from, output.Shape), operands, output);

    public override IEnumerable<IPlannedStep> Norm(NormPass norm, IPlannedStep producer)
    {
        if (context.FrozenNorms)
        {
            yield return new FrozenNormStep(context, norm);
            yield break;
        }

        if (!_moments.TryGetValue(norm.Map, out var moments))
        {
            if (producer is ConvForwardStep convolution)
            {
                moments = convolution.RequestMoments();
            }
            else
            {
                var step = new MomentsStep(norm.Map.Name, context, norm.Map);
                yield return step;
                moments = step.Moments;
            }

            _moments.Add(norm.Map, moments);
            foreach (var step in Gather(norm.Map.Name, moments, Moments.Floats * norm.Map.Channels)) yield return step;
        }

        yield return new NormStep(context, norm, moments);
    }

    public override IEnumerable<IPlannedStep> ViewGradients(IReadOnlyList<ReadView> views, IReadOnlyList<IPlannedStep> earlier)
    {
        List<IPlannedStep> steps = [];
        var sums = views.Select(SumsOf).ToList();
        foreach (var each in sums) steps.AddRange(Gather(each.View.Map.Name, each.Buffer, GradientSums.Floats * each.View.Map.Channels));
        steps.AddRange(sums.Where(s => s.View.Activation.Slope is not null).Select(s => new SlopeGradientStep(context, s)));
        steps.AddRange(sums.Where(s => s.View.Norm is not null).GroupBy(s => s.View.Norm!).Select(norm => new NormGradientStep(context, norm.Key, [.. norm])));
        return steps;

        ViewSums SumsOf(ReadView view)
        {
            var taken = new ViewSums(context, view);
            if (earlier.OfType<ISumsTaker>().FirstOrDefault(s => s.Completes(view)) is { } writer) writer.Take(taken);
            else steps.Add(new ViewSumsStep(context, taken));
            return taken;
        }
    }

    public override IPlannedStep Result(int index, ChannelRef[] channels) => new ResultStep(context, results[index], channels);

    public override IPlannedStep ResultGradient(int index, ChannelRef[] channels) => new ResultGradientStep(context, results[index], channels);

    public override IEnumerable<IPlannedStep> Prologue() => [new PackWeightsStep(context, [.. _layers.Values])];

    public override IEnumerable<IPlannedStep> Epilogue() => _exchange is null ? [] : [_exchange];

    private IEnumerable<IPlannedStep> Gather(string name, PlanBuffer partials, int floats) => context.Collective.Size > 1 ? [new GatherStep(name, context, partials, floats)] : [];
}
