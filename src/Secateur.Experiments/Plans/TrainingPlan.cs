using Secateur.Training.Runs;

namespace Secateur.Experiments.Plans;

/// <summary>How the models of an experiment are trained and pruned; what is null is as the network's recipe says.</summary>
public sealed record TrainingPlan
{
    /// <summary>Epochs of training from scratch; null for the published number of steps.</summary>
    public int? Epochs { get; init; }

    /// <summary>Soft pruning epochs.</summary>
    public int SoftEpochs { get; init; } = PruningSchedule.SoftEpochs;

    /// <summary>Epochs after them, with the zeroed filters frozen.</summary>
    public int FinetuneEpochs { get; init; } = 10;

    /// <summary>Filters are zeroed after every so many soft epochs.</summary>
    public int PruneEvery { get; init; } = 1;

    /// <summary>Images of a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Side of the square images that are trained on.</summary>
    public int ImageSize { get; init; } = 640;

    /// <summary>Learning rate at the beginning.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Validate after every so many epochs; 0 for never.</summary>
    public int ValidateEvery { get; init; }

    /// <summary>A run's configuration.</summary>
    /// <param name="model">What it starts from, for the record.</param>
    /// <param name="network">The network.</param>
    /// <param name="data">The data.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="criterion">What chooses the filters that go; null to train only.</param>
    /// <param name="rate">Their share.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    public TrainingConfig ConfigFor(string model, Graph.Network network, TrainingData data, int seed, string? criterion, double rate, int threads)
    {
        var pruning = criterion is null ? null : new PruningSchedule { Criterion = criterion, Rate = rate, Every = PruneEvery, FinetuneEpochs = FinetuneEpochs };
        return TrainingConfig.For(model, network, data, Batch, pruning is null ? Epochs : SoftEpochs, pruning) with
        {
            ImageSize = ImageSize,
            LearningRate = LearningRate,
            ValidateEvery = ValidateEvery,
            Seed = seed,
            Threads = threads,
        };
    }

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ExperimentPlan.Check(Epochs is null or > 0, "epochs", Epochs, "1 or more");
        ExperimentPlan.Check(SoftEpochs > 0, "soft epochs", SoftEpochs, "1 or more");
        ExperimentPlan.Check(FinetuneEpochs >= 0, "fine-tuning epochs", FinetuneEpochs, "0 or more");
        ExperimentPlan.Check(PruneEvery > 0, "pruning interval", PruneEvery, "1 or more epochs");
        ExperimentPlan.Check(Batch is > 0 and <= 4096, "batch", Batch, "1 to 4096");
        ExperimentPlan.Check(ImageSize is > 0 and <= 16_384, "image size", ImageSize, "1 to 16384 pixels");
        ExperimentPlan.Check(LearningRate is > 0 and <= 1e6, "learning rate", LearningRate, "above 0, at most 1e6");
        ExperimentPlan.Check(ValidateEvery >= 0, "validation interval", ValidateEvery, "0 or more epochs");
    }
}
