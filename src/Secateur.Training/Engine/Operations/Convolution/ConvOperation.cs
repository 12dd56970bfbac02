using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>A convolution.</summary>
/// <param name="context">What all steps share.</param>
/// <param name="network">The network.</param>
/// <param name="node">The convolution.</param>
/// <param name="layer">Its weights.</param>
/// <param name="inputs">What it reads.</param>
/// <param name="output">What it writes.</param>
/// <param name="exchange">What sums the gradients by its weights over several processes; null in one.</param>
internal sealed class ConvOperation(EngineContext context, Network network, Conv2dNode node, ConvLayer layer, ChannelRef[] inputs, StoredMap output, WeightExchangeStep? exchange)
    : Operation(output)
{
    private readonly ConvTiles _tiles = new(
        network.GeometryOf(node), layer.GroupInputs, layer.GroupOutputs, inputs[0].View.Map.Shape, output.Shape);

    public override IEnumerable<ChannelRef> Inputs => inputs;

    public override bool NeedsInputsBackward => true;

    public override double CostPerValue => layer.Taps;

    public override IPlannedStep Forward() =>
        new ConvForwardStep(node.Name, context, layer, _tiles, [.. inputs.Select(i => new ViewSource(i))], Output);

    public override IEnumerable<IPlannedStep> Backward()
    {
        var sources = inputs.Select(i => new ViewSource(i)).ToArray();
        var step = new ConvBackwardStep(node.Name, context, layer, _tiles, sources, [.. inputs.Select(GradientTarget.For)], Output);
        yield return step;
        if (exchange is null) yield return new WeightSumStep(node.Name, context, layer, step.Shares);
        else exchange.Add(layer, step.Shares);
    }
}
