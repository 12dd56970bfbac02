using Secateur.Gpu.Data;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Loss;
using Secateur.Gpu.Optimization;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Training;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Runs;

/// <summary>
/// A model being trained on a device: pixels, network, loss and optimiser are there. A step brings over what is drawn for it, and back the sums of the
/// losses.
/// </summary>
internal sealed class GpuTrainer : ITrainer
{
    private readonly GpuDevice _device;
    private readonly TrainingConfig _config;
    private readonly Collective _ranks;
    private readonly int _ownBatch;
    private readonly Model _initial;
    private readonly ParameterVector _parameters;
    private readonly GpuExecutor _executor;
    private readonly DetectorResults _results;
    private readonly DeviceLoss _loss;
    private readonly DeviceOptimizer _optimizer;
    private readonly LaunchGraph _step;
    private readonly LaunchGraph _gradients;
    private PictureStore? _pictures;
    private BatchRenderer? _renderer;

    /// <param name="device">The device of this process.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="ranks">The processes that share each batch.</param>
    /// <exception cref="NetworkException">The images are too small for the network.</exception>
    /// <exception cref="DeviceException">The device has too little memory.</exception>
    /// <exception cref="ArgumentException">The processes cannot share a batch evenly.</exception>
    public GpuTrainer(GpuDevice device, KernelSet kernels, TrainingConfig config, Model initial, Collective ranks)
    {
        (_device, _config, _ranks, _initial, _parameters) = (device, config, ranks, initial, new ParameterVector(initial));
        ranks.RequireShares(config.Batch, config.ChunkCount);
        _ownBatch = config.Batch / ranks.Size;
        var anchors = new AnchorGrid(initial.Network, config.ImageSize, config.ImageSize);
        var network = initial.Network;
        var channels = network.Nodes.OfType<InputNode>().Single().Channels;
        if (channels != 3) throw new NetworkException($"the network reads {channels} channels, an image has 3");
        _results = new DetectorResults(network, _ownBatch, config.ImageSize, config.ImageSize, anchors.Count);
        var usesTensorCores = config.Precision == Precision.Tf32 && device.HasTensorCores;
        _executor = new GpuExecutor(device, kernels, initial, (_ownBatch, config.ImageSize, config.ImageSize), _results.Place, trains: true, usesTensorCores, ranks);
        _results.Place(new MemoryLayout(_parameters, _executor.Statistics));
        _loss = new DeviceLoss(device, anchors, _ownBatch, ranks);
        _optimizer = new DeviceOptimizer(device, config.Optimizer, _parameters.Values.Length, config.WeightDecay);
        _gradients = new LaunchGraph(device, LaunchGradients, waits: ranks.Size > 1);
        _step = new LaunchGraph(device, LaunchStep, waits: ranks.Size > 1);
    }

    /// <summary>The network's plan.</summary>
    public GpuExecutor Executor => _executor;

    /// <summary>Bytes of the pictures that are kept on the device, and on the host.</summary>
    public (long OnDevice, long OnHost) KeptPictures => _pictures?.Kept ?? default;

    /// <summary>Whether steps run as a graph by now.</summary>
    public bool IsRecorded => _step.IsRecorded;

    /// <inheritdoc/>
    public IBatchSource Load(FaceDataset dataset, SampleLoaderOptions options) => OnDevice(() =>
    {
        if (_pictures is null)
        {
            var budget = PictureBudget.Of(_device, _executor.MemoryBytes, _ranks.Size);
            _pictures = new PictureStore(_device, dataset, budget.Device, budget.Host);
            _renderer = new BatchRenderer(_device, _pictures, _initial.Network.Head.Pixels, _config.ImageSize, _ownBatch);
        }

        return new GpuBatches(dataset, options with { Part = _ranks.Rank, Parts = _ranks.Size }, _pictures);
    });

    /// <inheritdoc/>
    public void Bring(ITrainingBatch batch) => OnDevice(() => Upload(batch));

    /// <inheritdoc/>
    public StepLoss Step(ITrainingBatch batch, double learningRate) => OnDevice(() =>
    {
        _optimizer.Upload(learningRate);
        _step.Run(Version);
        var loss = TrainingDivergedException.Check(StepLoss.Of(_loss.Read()), () => _ranks.Join(batch.Names));
        return _optimizer.ReadFinite() ? loss : throw TrainingDivergedException.OfWeights(_ranks.Join(batch.Names));
    });

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Gradients(ITrainingBatch batch) => OnDevice<IReadOnlyDictionary<string, Tensor>>(() =>
    {
        var (layout, statistics) = (_executor.Layout, new float[_executor.Layout.StatisticsLength]);
        _executor.Read(layout.StatisticsStart, statistics);
        Upload(batch);
        _gradients.Run(Version);
        TrainingDivergedException.Check(StepLoss.Of(_loss.Read()), () => _ranks.Join(batch.Names));
        _executor.Write(layout.StatisticsStart, statistics);
        var gradients = new float[_parameters.Values.Length];
        _executor.Read(layout.Gradients, gradients);
        return _parameters.Specs.ToDictionary(s => s.Name, s => new Tensor(s.Shape.AsSpan(), gradients[_parameters.RangeOf(s.Name)]));
    });

    /// <inheritdoc/>
    public void BeginPhase(FilterMask? frozen) => OnDevice(() => Freeze(frozen, _optimizer.Reset));

    /// <inheritdoc/>
    public void Zero(FilterMask mask) => OnDevice(() => Zero(new FrozenWeights(_initial.Network, _parameters, mask)));

    /// <inheritdoc/>
    public Model ToModel(string step)
    {
        var state = Snapshot(new RunPosition());
        state.Parameters.CopyTo(_parameters.Values, 0);
        var statistics = state.Statistics.Select(s => KeyValuePair.Create(s.Key, new Tensor(_initial.Network.Parameter(s.Key).Shape.AsSpan(), s.Value)));
        return new Model(_initial.Network, _parameters.ToTensors().Concat(statistics), _initial.Info.WithStep(step));
    }

    /// <inheritdoc/>
    public TrainingState Snapshot(RunPosition position) => OnDevice(() =>
    {
        var parameters = new float[_parameters.Values.Length];
        _executor.Read(_executor.Layout.Parameters, parameters);
        var statistics = _executor.Statistics.ToDictionary(s => s.Key, s =>
        {
            var values = new float[s.Value.Length];
            _executor.Read(_executor.Layout.Statistics[s.Key], values);
            return values;
        });
        var (steps, arrays) = _optimizer.Snapshot();
        return new TrainingState(position, parameters, statistics, new OptimizerState(steps, arrays));
    });

    /// <inheritdoc/>
    public void Restore(TrainingState state) => OnDevice(() =>
    {
        _executor.Write(_executor.Layout.Parameters, state.Parameters);
        foreach (var (name, values) in state.Statistics) _executor.Write(_executor.Layout.Statistics[name], values);
        _optimizer.Reset(null);
        _optimizer.Restore(state.Optimizer.Steps, state.Optimizer.Arrays);
        Freeze(state.Position.Frozen is { } frozen ? new FilterMask(frozen) : null, _optimizer.Freeze);
    });

    /// <inheritdoc/>
    public void Dispose() => Disposal.Of(_step, _gradients, _renderer, _pictures, _optimizer, _loss, _executor);

    // Both only grow.
    private int Version => _loss.Version + _renderer!.Version;

    private void LaunchStep()
    {
        LaunchGradients();
        _optimizer.Launch(_executor.Memory, _executor.Layout.Parameters, _executor.Layout.Gradients);
        _optimizer.LaunchCheck(_executor.Memory, _executor.Layout.StatisticsStart, _executor.Layout.StatisticsLength);
    }

    private void LaunchGradients()
    {
        var (start, imageStride, planeStride) = _executor.Input;
        _renderer!.Launch(_executor.Memory, start, imageStride, planeStride);
        _executor.Forward();
        _loss.Launch(_executor.Memory, _results.Locations, _results.Scores, _results.LocationGradients, _results.ScoreGradients);
        _executor.Backward();
    }

    private void Upload(ITrainingBatch batch)
    {
        var samples = ((GpuBatches.Batch)batch).Samples;
        _renderer!.Upload(samples);
        _loss.Upload([.. samples.Samples.Select(s => s.Faces)]);
    }

    private void Freeze(FilterMask? mask, Action<FrozenWeights?> hold)
    {
        var frozen = mask is null ? null : new FrozenWeights(_initial.Network, _parameters, mask);
        hold(frozen);
        if (frozen is not null) Zero(frozen);
    }

    private void Zero(FrozenWeights weights)
    {
        _executor.Read(_executor.Layout.Parameters, _parameters.Values);
        weights.Zero(_parameters.Values);
        _executor.Write(_executor.Layout.Parameters, _parameters.Values);
    }

    private T OnDevice<T>(Func<T> work) => DeviceException.Guard(_device, work);

    private void OnDevice(Action work) => DeviceException.Guard(_device, work);
}
