using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Engine.Operations;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Training;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Planning;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine;

/// <summary>The steps of a plan on a GPU.</summary>
/// <param name="images">N of this process, and the processes that share each batch.</param>
/// <param name="parameters">Where the parameters lie.</param>
/// <param name="layout">What lies before the plan's buffers.</param>
/// <param name="results">The places of the network's results.</param>
/// <param name="usesTensorCores">Whether wide convolutions run on tensor cores.</param>
internal sealed class GpuSteps((int Batch, int Ranks) images, ParameterVector parameters, MemoryLayout layout, IReadOnlyList<ResultPlace> results, bool usesTensorCores) : StepFactory
{
    private readonly PackedWeights _weights = new(parameters, layout);
    private readonly List<(long First, long Second, long Factors)> _fusions = [];

    public override int Batch => images.Batch;

    public override int WholeBatch => images.Batch * images.Ranks;

    public override ParameterVector Parameters => parameters;

    public override bool WritesChannelsTogether => true;

    /// <summary>What lies before the plan's buffers.</summary>
    public MemoryLayout Layout => layout;

    /// <summary>The network's input.</summary>
    public StoredMap? InputMap { get; private set; }

    /// <summary>Where the input's values are during the forward pass.</summary>
    public PlanBuffer? InputBuffer { get; private set; }

    public override IPlannedStep Input(StoredMap map)
    {
        (InputMap, InputBuffer) = (map, map.Raw);
        return new LaunchStep(map.Name, [map.Raw], _ => { });
    }

    public override IPlannedStep Fill(StoredMap map, PlanBuffer buffer, int[] channels, float value) => new LaunchStep(map.Name, [buffer], program =>
    {
        var call = program.Map(map, buffer);
        var first = program.AddTable(channels);
        var grid = Grids.For((long)map.Batch * map.Positions, channels.Length);
        program.Add(
            new LaunchCost(nameof(KernelSet.Fill), sizeof(float) * (long)map.Batch * map.Positions * channels.Length),
            () => program.Kernels.Fill(program.Stream, grid, program.Memory, program.Tables, call, first, value));
    });

    public override Operation Convolve(Network network, Conv2dNode node, ChannelRef[] inputs, StoredMap output) => node.Dilation == 1
        ? new Convolution(network, node, inputs, output, _weights, layout, usesTensorCores)
        : throw new NetworkException($"{node.Name}: a convolution of dilation {node.Dilation} cannot run on this device");

    public override Operation Merge(string name, ChannelRef?[][] operands, WeightedFusionNode? fusion, StoredMap output)
    {
        if (fusion is null) return new Merge(name, operands, null, output, layout);
        var (start, end) = (parameters.RangeOf(fusion.Weights).Start.Value, parameters.RangeOf(fusion.Weights).End.Value);
        var weights = (First: start + fusion.Column, Second: start + ((end - start) / 2) + fusion.Column, Factors: layout.Allocate(2));
        _fusions.Add((layout.Parameters + weights.First, layout.Parameters + weights.Second, weights.Factors));
        return new Merge(name, operands, weights, output, layout);
    }

    public override Operation Upsample(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output) => new Upsampling(node, inputs, from, output);

    public override Operation MaxPool(MaxPool2dNode node, ChannelRef[] inputs, MapShape from, StoredMap output) => new MaxPooling(node, inputs, from, output);

    public override Operation MaxOut(MaxOutNode node, ChannelRef[] inputs, StoredMap output) => new MaxOut(node, inputs, output);

    public override IEnumerable<IPlannedStep> Norm(NormPass norm, IPlannedStep producer) => [Normalization.Forward(norm, parameters, layout)];

    public override IEnumerable<IPlannedStep> ViewGradients(IReadOnlyList<ReadView> views, IReadOnlyList<IPlannedStep> earlier) =>
        [.. views.GroupBy(v => v.Norm).Select(group => Normalization.Backward(group.Key, [.. group], parameters, layout))];

    public override IPlannedStep Result(int index, ChannelRef[] channels)
    {
        var (map, place) = (channels[0].View.Map, results[index]);
        var sources = channels.Select(c => (ViewSource?)new ViewSource(c)).ToArray();
        return new LaunchStep(map.Name, sources.Buffers(), program =>
        {
            var call = Call(place, place.Values, program.AddReads(sources), channelsOfThread: 1);
            var (shape, grid) = (program.Map(map, map.Raw), Grids.For((long)map.Batch * map.Positions, sources.Length));
            program.Add(
                new LaunchCost(nameof(KernelSet.BringResult), 2 * sources.Bytes()),
                () => program.Kernels.BringResult(program.Stream, grid, program.Memory, program.Reads, shape, call));
        });
    }

    public override IPlannedStep ResultGradient(int index, ChannelRef[] channels)
    {
        var (map, place) = (channels[0].View.Map, results[index]);
        var targets = channels.Select(GradientTarget.For).ToArray();
        return new LaunchStep(map.Name, targets.Buffers(), program =>
        {
            var each = targets.ChannelsOfThread();
            var call = Call(place, place.Gradients, program.AddTargets(targets), each);
            var (shape, grid) = (new MapCall { Batch = map.Batch, Positions = map.Positions }, Grids.For((long)map.Batch * map.Positions, targets.Length / each));
            program.Add(
                new LaunchCost(nameof(KernelSet.BringGradient), targets.Bytes() + (sizeof(float) * (long)map.Batch * map.Positions * targets.Length)),
                () => program.Kernels.BringGradient(program.Stream, grid, program.Memory, program.Targets, shape, call));
        });
    }

    public override IEnumerable<IPlannedStep> Prologue()
    {
        _weights.Place();

        // The input is there before the pass begins.
        return [new LaunchStep("weights", InputBuffer is null ? [] : [InputBuffer], program =>
        {
            _weights.Bind(program);
            foreach (var (first, second, factors) in _fusions)
            {
                program.Add(
                    new LaunchCost(nameof(KernelSet.Factors)),
                    () => program.Kernels.Factors(program.Stream, Grids.Of(1), program.Memory, first, second, factors));
            }
        })];
    }

    private static ResultCall Call(ResultPlace place, long start, int firstChannel, int channelsOfThread) => new()
    {
        Start = start,
        ImageStride = place.ImageStride,
        ChannelStride = place.ChannelStride,
        PositionStride = place.PositionStride,
        FirstChannel = firstChannel,
        ChannelsOfThread = channelsOfThread,
    };
}
