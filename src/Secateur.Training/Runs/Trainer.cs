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

/// <summary>A model being trained on the processor: engine, loss and optimiser together.</summary>
internal sealed class Trainer : ITrainer
{
    private readonly TrainingConfig _config;
    private readonly Collective _ranks;
    private readonly Model _initial;
    private readonly ITrainingEngine _engine;
    private readonly MultiBoxLoss _loss;
    private Optimizer _optimizer;

    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="createEngine">What computes; the processor where it is null.</param>
    /// <param name="ranks">The processes that share each batch; null for one.</param>
    /// <exception cref="Graph.NetworkException">The images are too small for the network, or the machine has too little memory.</exception>
    /// <exception cref="ArgumentException">The processes cannot share a batch evenly.</exception>
    public Trainer(TrainingConfig config, Model initial, Func<Model, TrainingConfig, ITrainingEngine>? createEngine = null, Collective? ranks = null)
    {
        (_config, _initial, _ranks) = (config, initial, ranks ?? Collective.Alone);
        var anchors = new AnchorGrid(initial.Network, config.ImageSize, config.ImageSize);
        _loss = new MultiBoxLoss(anchors, config.Threads, _ranks);
        _engine = (createEngine ?? OnProcessor)(initial, config);
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
    public MultiBoxResult Step(ITrainingBatch batch, double learningRate)
    {
        var loss = ComputeLoss(batch);
        _engine.Backward();
        _optimizer.Step(_engine.Gradients, learningRate);
        return AllFinite(_engine.Parameters.Values) && _engine.Statistics.Values.All(AllFinite)
            ? loss
            : throw TrainingDivergedException.OfWeights(_ranks.Join(batch.Names));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Gradients(ITrainingBatch batch)
    {
        var statistics = _engine.Statistics.ToDictionary(s => s.Key, s => (float[])s.Value.Clone());
        ComputeLoss(batch);
        _engine.Backward();
        foreach (var (name, values) in statistics) values.CopyTo(_engine.Statistics[name], 0);
        var parameters = _engine.Parameters;
        return parameters.Specs.ToDictionary(s => s.Name, s => new Tensor(s.Shape.AsSpan(), _engine.Gradients[parameters.RangeOf(s.Name)]));
    }

    /// <inheritdoc/>
    public void BeginPhase(FilterMask? frozen)
    {
        _optimizer = CreateOptimizer();
        Freeze(frozen);
    }

    /// <inheritdoc/>
    public void Zero(FilterMask mask) => new FrozenWeights(_initial.Network, _engine.Parameters, mask).Zero(_engine.Parameters.Values);

    /// <inheritdoc/>
    public Model ToModel(string step) => _engine.ToModel(_initial.Info.WithStep(step));

    /// <inheritdoc/>
    public TrainingState Snapshot(RunPosition position) =>
        new(position, _engine.Parameters.Values, _engine.Statistics, new OptimizerState(_optimizer.Steps, _optimizer.State));

    /// <inheritdoc/>
    public void Restore(TrainingState state)
    {
        state.Parameters.CopyTo(_engine.Parameters.Values, 0);
        foreach (var (name, values) in state.Statistics) values.CopyTo(_engine.Statistics[name], 0);
        _optimizer = CreateOptimizer();
        _optimizer.Restore(state.Optimizer.Steps, state.Optimizer.Arrays);
        Freeze(state.Position.Frozen is { } frozen ? new FilterMask(frozen) : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private MultiBoxResult ComputeLoss(ITrainingBatch batch)
    {
        var samples = ((ProcessorBatches.Batch)batch).Samples;
        for (var n = 0; n < samples.Count; n++) _engine.SetImage(n, samples[n].Image);
        _engine.Forward();
        var loss = _loss.Compute(_engine.Locations, _engine.Scores, [.. samples.Select(s => s.Faces)], _engine.LocationGradients, _engine.ScoreGradients);
        return TrainingDivergedException.Check(loss, () => _ranks.Join(batch.Names));
    }

    private TrainingEngine OnProcessor(Model model, TrainingConfig config) => new(model, new TrainingEngineOptions
    {
        Batch = config.Batch,
        Height = config.ImageSize,
        Width = config.ImageSize,
        Chunks = config.ChunkCount,
        Collective = _ranks,
        Threads = config.Threads,
    });

    private void Freeze(FilterMask? mask) =>
        _optimizer.Frozen = mask is null ? null : new FrozenWeights(_initial.Network, _engine.Parameters, mask);

    private Optimizer CreateOptimizer() => _config.Optimizer == OptimizerKind.Adam
        ? new AdamOptimizer(_engine.Parameters, weightDecay: _config.WeightDecay)
        : new SgdOptimizer(_engine.Parameters, weightDecay: _config.WeightDecay);

    private static bool AllFinite(float[] values) => Array.TrueForAll(values, float.IsFinite);
}
