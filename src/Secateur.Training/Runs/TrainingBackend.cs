using Secateur.Detection;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>What a run is computed on: training, validation and detection.</summary>
public abstract class TrainingBackend
{
    /// <summary>Made by this project, and by those of devices.</summary>
    internal TrainingBackend()
    {
    }

    /// <summary>The processor.</summary>
    public static TrainingBackend Processor { get; } = new ProcessorBackend(null, Collective.Alone);

    /// <summary>What it computes steps with, where the last bits depend on it; null on devices.</summary>
    internal virtual string? Simd => null;

    /// <summary>The processes that share each batch.</summary>
    public virtual Collective Ranks => Collective.Alone;

    /// <summary>The device, as saved states name it.</summary>
    public abstract string Device { get; }

    /// <summary>The processors of several processes, which take each step together.</summary>
    public static TrainingBackend OnProcessors(Collective ranks) => ranks == Collective.Alone ? Processor : new ProcessorBackend(null, ranks);

    /// <summary>The processor with training steps that <paramref name="createEngine"/> makes for a configuration's batch and image size.</summary>
    public static TrainingBackend Of(Func<Model, TrainingConfig, ITrainingEngine> createEngine) => new ProcessorBackend(createEngine, Collective.Alone);

    /// <summary>A detector that runs there.</summary>
    /// <exception cref="ArgumentException">The network is no detector, or does not take three channels.</exception>
    public FaceDetector CreateDetector(Model model, DetectorOptions? options = null) => new(model, options, CreateEngine);

    /// <summary>What trains a model there.</summary>
    /// <exception cref="Graph.NetworkException">The images are too small for the network, or there is too little memory.</exception>
    internal abstract ITrainer CreateTrainer(TrainingConfig config, Model initial);

    /// <summary>What runs a model there.</summary>
    internal abstract IImageEngine CreateEngine(Model model);

    private sealed class ProcessorBackend(Func<Model, TrainingConfig, ITrainingEngine>? createEngine, Collective ranks) : TrainingBackend
    {
        public override string Device => "cpu";

        internal override string? Simd => StepArithmetic.Here;

        public override Collective Ranks => ranks;

        internal override ITrainer CreateTrainer(TrainingConfig config, Model initial) => new Trainer(config, initial, createEngine, ranks);

        internal override IImageEngine CreateEngine(Model model) => new InferenceEngine(model);
    }
}
