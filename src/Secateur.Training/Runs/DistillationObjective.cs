using Secateur.Graph;
using Secateur.Runtime;
using Secateur.Training.Engine;
using Secateur.Training.Engine.Binding;
using Secateur.Training.Loss;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>
/// Distillation: the outputs of any network are to be those of the model that it starts from, the teacher, on images without labels. Both run with the norms'
/// running statistics, the teacher in the inference engine: what is learnt holds for the network as it is used, whatever the batch, and the original is at the goal.
/// </summary>
internal sealed class DistillationObjective : IObjective
{
    private readonly int _seed;
    private readonly BatchInput _input;
    private readonly OutputMaps _student;
    private readonly OutputMaps _gradients;
    private readonly OutputMaps _goal;
    private readonly OutputInference _teacher;
    private readonly DistillationLoss _loss;
    private readonly PlanExecutor _executor;

    /// <param name="config">Image size and threads.</param>
    /// <param name="original">The teacher, and what the student starts from.</param>
    /// <param name="options">Batch and processes.</param>
    /// <exception cref="NetworkException">The images are too small for the network or have other channels, or the machine has too little memory.</exception>
    public DistillationObjective(TrainingConfig config, Model original, TrainingEngineOptions options)
    {
        var (network, size) = (original.Network, config.ImageSize);
        var channels = network.Nodes.OfType<InputNode>().Single().Channels;
        if (channels != 3) throw new NetworkException($"{network.Architecture}: takes {channels} channels, images have 3");
        _seed = config.Seed;
        _input = new BatchInput(options.OwnBatch, channels, size, size, network.Head.Pixels);
        (_student, _gradients, _goal) = (new(network, size, options.OwnBatch), new(network, size, options.OwnBatch), new(network, size, options.OwnBatch));
        _loss = new DistillationLoss(network.Outputs.Length, config.Threads, options.Collective);
        _teacher = new OutputInference(new InferenceEngine(original), config.Threads);
        var shapes = NetworkShapes.Infer(network, size, size);
        _executor = new PlanExecutor(original, _input, [.. network.Outputs.Select(Bind)], options with { FrozenNorms = true });

        ResultBinding Bind(NetworkOutput output, int o) =>
            new(output.Node, _student.Values[o], _gradients.Values[o], _student.LengthOf(o), Start: 0, ChannelStride: (int)shapes[output.Node].Area, PixelStride: 1);
    }

    public ParameterVector Parameters => _executor.Parameters;

    public float[] Gradients => _executor.Gradients;

    public IReadOnlyDictionary<string, float[]> Statistics => _executor.Statistics;

    public StepLoss Forward(IReadOnlyList<TrainingSample> samples)
    {
        for (var n = 0; n < samples.Count; n++) _input.Set(n, samples[n].Image);
        _executor.Forward();
        _teacher.Run(samples, _goal);
        var (loss, broken) = _loss.Compute(_student, _goal, _gradients, samples.Count);
        return new StepLoss(0, 0, loss, 0, broken);
    }

    /// <summary>The loss's own gradients are 0 at the original, and would choose no filter: those of random signs take their place.</summary>
    public StepLoss ForwardForCriterion(IReadOnlyList<TrainingSample> samples)
    {
        var loss = Forward(samples);
        _loss.DrawSigns(_goal, _gradients, samples.Count, n => new SeededRandom(_seed, Crc32.Append(0, samples[n].Image.Pixels)));
        return loss;
    }

    public void Backward() => _executor.Backward();

    public Model ToModel(ModelInfo info) => _executor.ToModel(info);

    public void Dispose()
    {
        _teacher.Dispose();
        _executor.Dispose();
    }
}
