using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Training.Engine.Binding;
using Secateur.Weights;

namespace Secateur.Training.Engine;

/// <summary>
/// Trains a detector on the processor, over a static plan and memory that are made once. The same inputs give the same results bit for bit,
/// whatever the number of threads, and of processes that share each batch: each of these sets, and gets the results of, its own images, by rank.
/// </summary>
public sealed class TrainingEngine : ITrainingEngine
{
    private readonly BatchInput _input;
    private readonly PlanExecutor _executor;

    /// <summary>Plans for a batch size and an image size; the model's weights are copied.</summary>
    /// <exception cref="NetworkException">The network is no detector, the images are too small for it, or there is not enough memory.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch or the number of chunks or threads is not positive.</exception>
    /// <exception cref="ArgumentException">The processes cannot share the batch or the chunks evenly.</exception>
    public TrainingEngine(Model model, TrainingEngineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Chunks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads);
        options.Collective.RequireShares(options.Batch, options.Chunks);
        var network = model.Network;
        if (network.Head.Levels.IsEmpty) throw new NetworkException($"{network.Architecture}: only detectors can be trained, and this network has no detection levels");
        var shapes = NetworkShapes.Infer(network, options.Height, options.Width);
        Anchors = network.Head.Levels.Sum(level => AnchorsOf(level));
        var results = (long)options.OwnBatch * Anchors * (4 + 2);
        options.RequireMemory(2 * results * sizeof(float));
        if (results > Array.MaxLength)
            throw new NetworkException($"a batch of {options.OwnBatch} at {options.Height} x {options.Width} pixels is too large; take a smaller batch or smaller images");
        Locations = new float[options.OwnBatch * Anchors * 4];
        LocationGradients = new float[Locations.Length];
        Scores = new float[options.OwnBatch * Anchors * 2];
        ScoreGradients = new float[Scores.Length];
        var (bindings, start) = (new List<ResultBinding>(), 0);
        foreach (var level in network.Head.Levels)
        {
            bindings.Add(new ResultBinding(level.Loc, Locations, LocationGradients, Anchors * 4, start * 4, 1, level.Anchors * 4));
            bindings.Add(new ResultBinding(level.Scores, Scores, ScoreGradients, Anchors * 2, start * 2, 1, level.Anchors * 2));
            start += AnchorsOf(level);
        }

        var channels = network.Nodes.OfType<InputNode>().Single().Channels;
        _input = new BatchInput(options.OwnBatch, channels, options.Height, options.Width, network.Head.Pixels);
        _executor = new PlanExecutor(model, _input, bindings, options);

        int AnchorsOf(DetectionLevel level) => (int)shapes[level.Loc].Area * level.Anchors;
    }

    /// <inheritdoc/>
    public ParameterVector Parameters => _executor.Parameters;

    /// <inheritdoc/>
    public float[] Gradients => _executor.Gradients;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, float[]> Statistics => _executor.Statistics;

    /// <summary>A: the anchors of all levels, finest first, each row by row, those of a cell together.</summary>
    public int Anchors { get; }

    /// <inheritdoc/>
    public float[] Locations { get; }

    /// <inheritdoc/>
    public float[] Scores { get; }

    /// <inheritdoc/>
    public float[] LocationGradients { get; }

    /// <inheritdoc/>
    public float[] ScoreGradients { get; }

    /// <summary>Bytes of memory for feature maps, their gradients and scratch.</summary>
    public long WorkspaceBytes => _executor.WorkspaceBytes;

    /// <summary>Called after each step of a pass with its kind and time, to see where time goes; null, the default, costs nothing.</summary>
    public Action<string, TimeSpan>? Watch
    {
        get => _executor.Watch;
        set => _executor.Watch = value;
    }

    /// <inheritdoc/>
    public void SetImage(int index, RgbImage image) => _input.Set(index, image);

    /// <summary>Sets an image [C, H, W] of the batch, mean already subtracted.</summary>
    /// <exception cref="ArgumentException">The number of values does not fit.</exception>
    public void SetInput(int index, ReadOnlySpan<float> values) => _input.Set(index, values);

    /// <inheritdoc/>
    public void Forward() => _executor.Forward();

    /// <inheritdoc/>
    public void Backward() => _executor.Backward();

    /// <inheritdoc/>
    public Model ToModel(ModelInfo info) => _executor.ToModel(info);

    /// <inheritdoc/>
    public void Dispose() => _executor.Dispose();
}
