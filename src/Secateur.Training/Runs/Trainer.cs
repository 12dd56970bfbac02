using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Training.Engine;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>A model being trained: engine, loss and optimiser together. Takes steps, zeroes filters, gives and takes back what it depends on.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly Model _initial;
    private readonly ITrainingEngine _engine;
    private readonly MultiBoxLoss _loss;
    private Optimizer _optimizer;

    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="createEngine">What computes; the processor where it is null.</param>
    /// <exception cref="Graph.NetworkException">The images are too small for the network, or the machine has too little memory.</exception>
    public Trainer(TrainingConfig config, Model initial, Func<Model, TrainingConfig, ITrainingEngine>? createEngine = null)
    {
        (_config, _initial) = (config, initial);
        var anchors = new AnchorGrid(initial.Network, config.ImageSize, config.ImageSize);
        _loss = new MultiBoxLoss(anchors, config.Threads);
        _engine = (createEngine ?? OnProcessor)(initial, config);
        _optimizer = CreateOptimizer();
    }

    /// <summary>Takes a step on a batch.</summary>
    /// <exception cref="TrainingDivergedException">The loss or what came of it is no finite number; the message names the images.</exception>
    public MultiBoxResult Step(IReadOnlyList<TrainingSample> batch, double learningRate)
    {
        var loss = ComputeLoss(batch);
        _engine.Backward();
        _optimizer.Step(_engine.Gradients, learningRate);
        if (!AllFinite(_engine.Parameters.Values) || !_engine.Statistics.Values.All(AllFinite))
            throw new TrainingDivergedException($"weights are not finite any more after the step with the images {Names(batch)}; try a lower learning rate");
        return loss;
    }

    /// <summary>The gradients of the loss on a batch by all learnable parameters; nothing else changes, running statistics included.</summary>
    /// <exception cref="TrainingDivergedException">The loss is no finite number; the message names the images.</exception>
    public IReadOnlyDictionary<string, Tensor> Gradients(IReadOnlyList<TrainingSample> batch)
    {
        var statistics = _engine.Statistics.ToDictionary(s => s.Key, s => (float[])s.Value.Clone());
        ComputeLoss(batch);
        _engine.Backward();
        foreach (var (name, values) in statistics) values.CopyTo(_engine.Statistics[name], 0);
        var parameters = _engine.Parameters;
        return parameters.Specs.ToDictionary(s => s.Name, s => new Tensor(s.Shape.AsSpan(), _engine.Gradients[parameters.RangeOf(s.Name)]));
    }

    /// <summary>Forgets what the optimiser remembers, and holds some filters at zero from now on.</summary>
    public void BeginPhase(FilterMask? frozen)
    {
        _optimizer = CreateOptimizer();
        Freeze(frozen);
    }

    /// <summary>Zeroes filters; they stay trainable.</summary>
    public void Zero(FilterMask mask) => new FrozenWeights(_initial.Network, _engine.Parameters, mask).Zero(_engine.Parameters.Values);

    /// <summary>The present weights and running statistics as a model.</summary>
    /// <param name="step">What was done to make it.</param>
    public Model ToModel(string step) => _engine.ToModel(_initial.Info.WithStep(step));

    /// <summary>What it depends on; the arrays are its own.</summary>
    public TrainingState Snapshot(RunPosition position) =>
        new(position, _engine.Parameters.Values, _engine.Statistics, new OptimizerState(_optimizer.Steps, _optimizer.State));

    /// <summary>Goes back to a saved state.</summary>
    /// <exception cref="ArgumentException">The state of another optimiser.</exception>
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

    private MultiBoxResult ComputeLoss(IReadOnlyList<TrainingSample> batch)
    {
        for (var n = 0; n < batch.Count; n++) _engine.SetImage(n, batch[n].Image);
        _engine.Forward();
        var loss = _loss.Compute(_engine.Locations, _engine.Scores, [.. batch.Select(s => s.Faces)], _engine.LocationGradients, _engine.ScoreGradients);
        if (double.IsFinite(loss.Total)) return loss;
        var broken = loss.NonFiniteImages.IsEmpty ? batch : loss.NonFiniteImages.Select(i => batch[i]);
        throw new TrainingDivergedException($"the loss became {loss.Total} with the images {Names(broken)}; try a lower learning rate");
    }

    private static TrainingEngine OnProcessor(Model model, TrainingConfig config) =>
        new(model, new TrainingEngineOptions { Batch = config.Batch, Height = config.ImageSize, Width = config.ImageSize, Threads = config.Threads });

    private void Freeze(FilterMask? mask) =>
        _optimizer.Frozen = mask is null ? null : new FrozenWeights(_initial.Network, _engine.Parameters, mask);

    private Optimizer CreateOptimizer() => _config.Optimizer == OptimizerKind.Adam
        ? new AdamOptimizer(_engine.Parameters, weightDecay: _config.WeightDecay)
        : new SgdOptimizer(_engine.Parameters, weightDecay: _config.WeightDecay);

    private static bool AllFinite(float[] values) => Array.TrueForAll(values, float.IsFinite);

    private static string Names(IEnumerable<TrainingSample> batch) => string.Join(", ", batch.Select(s => s.Name).Distinct());
}
