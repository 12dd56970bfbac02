using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>A convolution.</summary>
internal sealed class Convolution : Operation
{
    private const int DepthwiseKernel = 3;

    // Narrower layers would fill tensor cores with zeros.
    private const int LeastMmaChannels = 8;

    private readonly Conv2dNode _node;
    private readonly ChannelRef[] _inputs;
    private readonly ConvGeometry _geometry;
    private readonly PackedWeights _weights;
    private readonly MemoryLayout _layout;
    private readonly PackedTiles _forward;
    private readonly PackedTiles _backward;
    private readonly bool _isMma;
    private readonly int _weightStart;
    private readonly int _biasStart;
    private readonly int _weightCount;

    public Convolution(Network network, Conv2dNode node, ChannelRef[] inputs, StoredMap output, PackedWeights weights, MemoryLayout layout, bool usesTensorCores)
        : base(output)
    {
        (_node, _inputs, _geometry, _weights, _layout) = (node, inputs, network.GeometryOf(node), weights, layout);
        _isMma = usesTensorCores && node.Groups == 1 && Math.Min(inputs.Length, output.Channels) >= LeastMmaChannels;
        (_forward, _backward) = weights.Of(network, node, _isMma);
        _weightStart = weights.Parameters.RangeOf(node.Weight).Start.Value;
        _biasStart = node.Bias is null ? -1 : weights.Parameters.RangeOf(node.Bias).Start.Value;
        _weightCount = network.Parameter(node.Weight).Count;
    }

    public override IEnumerable<ChannelRef> Inputs => _inputs;

    public override bool NeedsInputsBackward => true;

    public override double CostPerValue => (double)_weightCount / Output.Channels;

    private StoredMap Input => _inputs[0].View.Map;

    private int GroupInputs => _inputs.Length / _geometry.Groups;

    private int GroupOutputs => Output.Channels / _geometry.Groups;

    private bool IsPointwise => _geometry is { Kernel: 1, Stride: 1, Padding: 0 };

    public override IPlannedStep Forward()
    {
        var (sources, values) = (_inputs.Select(i => (ViewSource?)new ViewSource(i)).ToArray(), Output.Raw);
        return new LaunchStep(_node.Name, sources.Buffers().Append(values), program =>
        {
            var call = Call(Input, Output, _forward, program, values) with
            {
                GroupSources = GroupInputs,
                GroupTargets = GroupOutputs,
                FirstChannel = program.AddReads(sources),
                Bias = _biasStart < 0 ? -1 : _layout.Parameters + _biasStart,
            };
            var (grid, (kernel, stride, width)) = (GridOf(call, _forward), Constants(_forward));
            var launch = _isMma ? program.Kernels.MmaConvolve : program.Kernels.Convolve;
            program.Add(
                new LaunchCost(_geometry.Named(_isMma ? nameof(KernelSet.MmaConvolve) : nameof(KernelSet.Convolve)), sources.Bytes() + Output.Bytes(), Output.MultiplyAdds(_weightCount)),
                () => launch(program.Stream, grid, program.Memory, program.Weights, program.Reads, call, kernel, stride, width));
        });
    }

    public override IEnumerable<IPlannedStep> Backward()
    {
        var sources = _inputs.Select(i => (ViewSource?)new ViewSource(i)).ToArray();
        var targets = _inputs.Select(GradientTarget.For).ToArray();
        var gradient = new JoinedGradient(Output);
        return [.. gradient.Steps(), WeightGradient(sources, gradient.Buffer), .. targets.All(t => t is null) ? Array.Empty<IPlannedStep>() : InputGradient(targets, gradient.Buffer)];
    }

    private LaunchStep WeightGradient(ViewSource?[] sources, PlanBuffer gradient) => new(_node.Name, sources.Buffers().Append(gradient), program =>
    {
        var isDepthwise = _geometry.Kernel == DepthwiseKernel && GroupInputs == 1 && GroupOutputs == 1;
        var (inputTiles, outputTiles) = (Tiles(GroupInputs), Tiles(GroupOutputs));
        var tiles = _geometry.Groups * _geometry.Kernel * _geometry.Kernel * inputTiles * outputTiles;
        var layers = isDepthwise ? _geometry.Groups : (tiles + WeightKernels.Warps - 1) / WeightKernels.Warps;
        var output = program.Map(Output, gradient, Shares.Of(Output, layers, program.Exchange.Ranks));
        var call = new WeightCall
        {
            Output = output,
            InputHeight = Input.Shape.Height,
            InputWidth = Input.Shape.Width,
            Kernel = _geometry.Kernel,
            Stride = _geometry.Stride,
            Padding = _geometry.Padding,
            GroupInputs = GroupInputs,
            GroupOutputs = GroupOutputs,
            InputTiles = inputTiles,
            OutputTiles = outputTiles,
            Tiles = tiles,
            Weights = _weightCount,
            FirstRead = program.AddReads(sources),
        };
        var (grid, pointwise) = (Grids.Of(output.Chunks, layers), SpecializedValue.New(IsPointwise ? 1 : 0));
        program.RequireSums((long)output.Chunks * _weightCount);
        if (isDepthwise)
        {
            program.Add(
                new LaunchCost(_geometry.Named(nameof(KernelSet.DepthwiseProducts)), sources.Bytes() + Output.Bytes(), Output.MultiplyAdds(_weightCount)),
                () => program.Kernels.DepthwiseProducts(program.Stream, grid, program.Memory, program.Sums, program.Reads, call));
        }
        else
        {
            program.Add(
                new LaunchCost(_geometry.Named(nameof(KernelSet.WeightProducts)), sources.Bytes() + Output.Bytes(), Output.MultiplyAdds(_weightCount)),
                () => program.Kernels.WeightProducts(program.Stream, grid, program.Memory, program.Sums, program.Reads, call, pointwise));
        }

        AddChunks(program, _weightCount, output.Chunks, _layout.Gradients + _weightStart);
        if (_biasStart < 0) return;
        var bias = program.Map(Output, gradient, Shares.Of(Output, Output.Channels, program.Exchange.Ranks));
        var channels = Grids.Of(bias.Chunks, Output.Channels);
        program.RequireSums((long)bias.Chunks * Output.Channels);
        program.Add(
            new LaunchCost(nameof(KernelSet.ChannelSums), Output.Bytes()),
            () => program.Kernels.ChannelSums(program.Stream, channels, program.Memory, program.Sums, bias));
        AddChunks(program, Output.Channels, bias.Chunks, _layout.Gradients + _biasStart);
    });

    private IPlannedStep[] InputGradient(GradientTarget?[] targets, PlanBuffer gradient) =>
    [
        new LaunchStep(_node.Name, targets.Buffers().Append(gradient), program =>
        {
            var call = Call(Output, Input, _backward, program, gradient) with
            {
                GroupSources = GroupOutputs,
                GroupTargets = GroupInputs,
                FirstChannel = program.AddTargets(targets),
            };
            var (grid, (kernel, stride, width)) = (GridOf(call, _backward), Constants(_backward));
            var launch = _isMma ? program.Kernels.MmaInputGradient : program.Kernels.InputGradient;
            program.Add(
                new LaunchCost(_geometry.Named(_isMma ? nameof(KernelSet.MmaInputGradient) : nameof(KernelSet.InputGradient)), Output.Bytes() + targets.Bytes(), Output.MultiplyAdds(_weightCount)),
                () => launch(program.Stream, grid, program.Memory, program.Weights, program.Targets, call, kernel, stride, width));
        }),
    ];

    private static void AddChunks(GpuProgram program, int count, int chunks, long gradients)
    {
        var left = program.Exchange.AddSum(program, count, chunks);
        program.Add(
            new LaunchCost(nameof(KernelSet.SumChunks), sizeof(double) * (long)count * left),
            () => program.Kernels.SumChunks(program.Stream, Grids.For(count), program.Memory, program.Sums, count, left, gradients));
    }

    private static int Tiles(int channels) => (channels + WeightTile.Side - 1) / WeightTile.Side;

    private KernelConfig GridOf(ConvCall call, PackedTiles tiles)
    {
        if (_isMma)
        {
            var blocks = (call.TargetHeight * call.TargetWidth + MmaConvKernels.Positions - 1) / MmaConvKernels.Positions;
            return Grids.Of((((long)call.Batch * blocks) + MmaConvKernels.Warps - 1) / MmaConvKernels.Warps, tiles.Tiles);
        }

        var (x, y) = call.GridFor(_geometry.Groups);
        return Grids.Of(x, y);
    }

    private (SpecializedValue<int> Kernel, SpecializedValue<int> Stride, SpecializedValue<int> Width) Constants(PackedTiles tiles) =>
        (SpecializedValue.New(_geometry.Kernel), SpecializedValue.New(_geometry.Stride), SpecializedValue.New(tiles.Width));

    private ConvCall Call(StoredMap source, StoredMap target, PackedTiles tiles, GpuProgram program, PlanBuffer own)
    {
        var call = new ConvCall
        {
            Batch = Output.Batch,
            SourceHeight = source.Shape.Height,
            SourceWidth = source.Shape.Width,
            TargetHeight = target.Shape.Height,
            TargetWidth = target.Shape.Width,
            Positions = Output.Positions,
            Padding = _geometry.Padding,
            Tiles = tiles.Tiles,
            SharedTiles = _geometry.Groups > 1 ? 1 : tiles.Tiles % 4 == 0 ? 4 : tiles.Tiles % 2 == 0 ? 2 : 1,
            Weights = _weights.StartOf(tiles),
            Map = program.At(own),
            ImageStride = (long)Output.Channels * Output.PlaneStride,
            PlaneStride = Output.PlaneStride,
        };
        if (!IsPointwise || _isMma) return call;

        // A plane as four rows of a quarter of it.
        var quarter = (Output.Positions + ConvCall.Rows - 1) / ConvCall.Rows;
        return call with { SourceWidth = quarter, TargetWidth = quarter, TargetHeight = ConvCall.Rows };
    }
}
