using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Engine;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>A model being trained on the processor: network, loss and optimiser together.</summary>
internal sealed class Trainer : ITrainer
{
    private readonly TrainingConfig _config;
    private readonly Collective _ranks;
    private readonly Model _initial;
    private readonly IObjective _objective;
    private Optimizer _optimizer;

    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="createEngine">What computes steps on labels; the processor where it is null.</param>
    /// <param name="ranks">The processes that share each batch; null for one.</param>
    /// <exception cref="Graph.NetworkException">The images are too small for the network, or the machine has too little memory.</exception>
    /// <exception cref="ArgumentException">The processes cannot share a batch evenly.</exception>
    public Trainer(TrainingConfig config, Model initial, Func<Model, TrainingConfig, ITrainingEngine>? createEngine = null, Collective? ranks = null)
    {
        (_config, _initial, _ranks) = (config, initial, ranks ?? Collective.Alone);
        _objective = config.Distill ? new DistillationObjective(config, initial, EngineOptions()) : Detection(createEngine ?? OnProcessor);
        _optimizer = CreateOptimizer();
    }

    /// <inheritdoc/>
    public IBatchSource Load(FaceDataset dataset, SampleLoaderOptions options) =>
        new ProcessorBatches(dataset, options with { Part = _ranks.Rank, Parts = _ranks.Size });

    /// <inheritdoc/>
    public void Bring(ITrainingBatch batch)
    {
        // Its samples are in memory.
    }

    /// <inheritdoc/>
    public StepLoss Step(ITrainingBatch batch, double learningRate)
    {
        var loss = Finite(_objective.Forward(SamplesOf(batch)), batch);
        _objective.Backward();
        _optimizer.Step(_objective.Gradients, learningRate);
        return AllFinite(_objective.Parameters.Values) && _objective.Statistics.Values.All(AllFinite)
            ? loss
            : throw TrainingDivergedException.OfWeights(_ranks.Join(batch.Names));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Gradients(ITrainingBatch batch)
    {
        var statistics = _objective.Statistics.ToDictionary(s => s.Key, s => (float[])s.Value.Clone());
        Finite(_objective.ForwardForCriterion(SamplesOf(batch)), batch);
        _objective.Backward();
        foreach (var (name, values) in statistics) values.CopyTo(_objective.Statistics[name], 0);
        var parameters = _objective.Parameters;
        return parameters.Specs.ToDictionary(s => s.Name, s => new Tensor(s.Shape.AsSpan(), _objective.Gradients[parameters.RangeOf(s.Name)]));
    }

    /// <inheritdoc/>
    public void BeginPhase(FilterMask? frozen)
    {
        _optimizer = CreateOptimizer();
        Freeze(frozen);
    }

    /// <inheritdoc/>
    public void Zero(FilterMask mask) => new FrozenWeights(_initial.Network, _objective.Parameters, mask).Zero(_objective.Parameters.Values);

    /// <inheritdoc/>
    public Model ToModel(string step) => _objective.ToModel(_initial.Info.WithStep(step));

    /// <inheritdoc/>
    public TrainingState Snapshot(RunPosition position) =>
        new(position, _objective.Parameters.Values, _objective.Statistics, new OptimizerState(_optimizer.Steps, _optimizer.State));

    /// <inheritdoc/>
    public void Restore(TrainingState state)
    {
        state.Parameters.CopyTo(_objective.Parameters.Values, 0);
        foreach (var (name, values) in state.Statistics) values.CopyTo(_objective.Statistics[name], 0);
        _optimizer = CreateOptimizer();
        _optimizer.Restore(state.Optimizer.Steps, state.Optimizer.Arrays);
        Freeze(state.Position.Frozen is { } frozen ? new FilterMask(frozen) : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _objective.Dispose();

    private static IReadOnlyList<TrainingSample> SamplesOf(ITrainingBatch batch) => ((ProcessorBatches.Batch)batch).Samples;

    private StepLoss Finite(StepLoss loss, ITrainingBatch batch) => TrainingDivergedException.Check(loss, () => _ranks.Join(batch.Names));

    private DetectionObjective Detection(Func<Model, TrainingConfig, ITrainingEngine> createEngine)
    {
        var anchors = new AnchorGrid(_initial.Network, _config.ImageSize, _config.ImageSize);
        return new DetectionObjective(createEngine(_initial, _config), new MultiBoxLoss(anchors, _config.Threads, _ranks));
    }

    private TrainingEngine OnProcessor(Model model, TrainingConfig config) => new(model, EngineOptions());

    private TrainingEngineOptions EngineOptions() => new()
    {
        Batch = _config.Batch,
        Height = _config.ImageSize,
        Width = _config.ImageSize,
        Chunks = _config.ChunkCount,
        Collective = _ranks,
        Threads = _config.Threads,
    };

    private void Freeze(FilterMask? mask) =>
        _optimizer.Frozen = mask is null ? null : new FrozenWeights(_initial.Network, _objective.Parameters, mask);

    private Optimizer CreateOptimizer() => _config.Optimizer == OptimizerKind.Adam
        ? new AdamOptimizer(_objective.Parameters, weightDecay: _config.WeightDecay)
        : new SgdOptimizer(_objective.Parameters, weightDecay: _config.WeightDecay);

    private static bool AllFinite(float[] values) => Array.TrueForAll(values, float.IsFinite);
}
