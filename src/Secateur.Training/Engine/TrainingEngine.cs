using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Training.Engine.Binding;
using Secateur.Weights;

namespace Secateur.Training.Engine;

/// <summary>
/// Trains a detector: forward passes in training mode (batch statistics, running statistics updated) and backward passes, over a static plan and
/// memory that are made once. The same inputs give the same results bit for bit, whatever the number of threads. For one caller at a time.
/// </summary>
public sealed class TrainingEngine : IDisposable
{
    private readonly BatchInput _input;
    private readonly TrainingRunner _runner;

    /// <summary>Plans for a batch size and an image size; the model's weights are copied.</summary>
    /// <exception cref="NetworkException">The network is no detector, the images are too small for it, or there is not enough memory.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch or the number of threads is not positive.</exception>
    public TrainingEngine(Model model, TrainingEngineOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Batch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Threads);
        var network = model.Network;
        if (network.Head.Levels.IsEmpty) throw new NetworkException($"{network.Architecture}: only detectors can be trained, and this network has no detection levels");
        var shapes = NetworkShapes.Infer(network, options.Height, options.Width);
        Anchors = network.Head.Levels.Sum(level => AnchorsOf(level));
        var results = (long)options.Batch * Anchors * (4 + 2);
        options.RequireMemory(2 * results * sizeof(float));
        if (results > Array.MaxLength)
            throw new NetworkException($"a batch of {options.Batch} at {options.Height} x {options.Width} pixels is too large; take a smaller batch or smaller images");
        Locations = new float[options.Batch * Anchors * 4];
        LocationGradients = new float[Locations.Length];
        Scores = new float[options.Batch * Anchors * 2];
        ScoreGradients = new float[Scores.Length];
        var (bindings, start) = (new List<ResultBinding>(), 0);
        foreach (var level in network.Head.Levels)
        {
            bindings.Add(new ResultBinding(level.Loc, Locations, LocationGradients, Anchors * 4, start * 4, 1, level.Anchors * 4));
            bindings.Add(new ResultBinding(level.Scores, Scores, ScoreGradients, Anchors * 2, start * 2, 1, level.Anchors * 2));
            start += AnchorsOf(level);
        }

        var channels = network.Nodes.OfType<InputNode>().Single().Channels;
        _input = new BatchInput(options.Batch, channels, options.Height, options.Width, network.Head.Pixels);
        _runner = new TrainingRunner(model, _input, bindings, options);

        int AnchorsOf(DetectionLevel level) => (int)shapes[level.Loc].Area * level.Anchors;
    }

    /// <summary>The learnable parameters; read by each <see cref="Forward"/>, changed by whoever optimises.</summary>
    public ParameterVector Parameters => _runner.Parameters;

    /// <summary>The gradients by the parameters, laid out as they are; overwritten by <see cref="Backward"/>.</summary>
    public float[] Gradients => _runner.Gradients;

    /// <summary>Running means and variances, [C] each, by name: updated by <see cref="Forward"/> once for each use of a batch norm. May be overwritten.</summary>
    public IReadOnlyDictionary<string, float[]> Statistics => _runner.Statistics;

    /// <summary>A: the anchors of all levels, finest first, each row by row, those of a cell together.</summary>
    public int Anchors { get; }

    /// <summary>Encoded boxes, [N, A, 4], of the last <see cref="Forward"/>.</summary>
    public float[] Locations { get; }

    /// <summary>Background and face logits, [N, A, 2], of the last <see cref="Forward"/>.</summary>
    public float[] Scores { get; }

    /// <summary>The loss's gradient by <see cref="Locations"/>; the caller fills it before <see cref="Backward"/>.</summary>
    public float[] LocationGradients { get; }

    /// <summary>The loss's gradient by <see cref="Scores"/>; the caller fills it before <see cref="Backward"/>.</summary>
    public float[] ScoreGradients { get; }

    /// <summary>Bytes of memory for feature maps, their gradients and scratch.</summary>
    public long WorkspaceBytes => _runner.WorkspaceBytes;

    /// <summary>Called after each step of a pass with its kind and time, to see where time goes; null, the default, costs nothing.</summary>
    public Action<string, TimeSpan>? Watch
    {
        get => _runner.Watch;
        set => _runner.Watch = value;
    }

    /// <summary>Sets an image of the batch; the model's mean is subtracted.</summary>
    /// <exception cref="ArgumentException">The image has another size than the engine.</exception>
    public void SetImage(int index, RgbImage image) => _input.Set(index, image);

    /// <summary>Sets an image [C, H, W] of the batch, mean already subtracted.</summary>
    /// <exception cref="ArgumentException">The number of values does not fit.</exception>
    public void SetInput(int index, ReadOnlySpan<float> values) => _input.Set(index, values);

    /// <summary>Runs the network in training mode.</summary>
    /// <exception cref="InvalidOperationException">An image was never set.</exception>
    public void Forward() => _runner.Forward();

    /// <summary>Computes <see cref="Gradients"/> of the last <see cref="Forward"/>, once.</summary>
    /// <exception cref="InvalidOperationException">There was no <see cref="Forward"/> since the last call.</exception>
    public void Backward() => _runner.Backward();

    /// <summary>A copy of the present weights and running statistics.</summary>
    public Model ToModel(ModelInfo info) => _runner.ToModel(info);

    /// <inheritdoc/>
    public void Dispose() => _runner.Dispose();
}
