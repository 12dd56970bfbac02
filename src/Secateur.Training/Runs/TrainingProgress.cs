namespace Secateur.Training.Runs;

/// <summary>What a run is doing.</summary>
public enum RunActivity
{
    /// <summary>Taking steps.</summary>
    Training,

    /// <summary>Measuring gradients for a criterion.</summary>
    MeasuringGradients,

    /// <summary>Measuring the loss on the validation split, or on the images held out.</summary>
    ValidationLoss,

    /// <summary>Detecting in the validation images.</summary>
    Detecting,
}

/// <summary>How far a run has come; told after every step and after every validation image.</summary>
public sealed record TrainingProgress
{
    /// <summary>What is done.</summary>
    public required RunActivity Activity { get; init; }

    /// <summary>The phase: train, soft or finetune.</summary>
    public required string Phase { get; init; }

    /// <summary>The epoch, from 1, counted over all phases.</summary>
    public required int Epoch { get; init; }

    /// <summary>The epochs of all phases.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps of this epoch, batches or validation images that are done.</summary>
    public required int Done { get; init; }

    /// <summary>Steps of an epoch, batches or validation images.</summary>
    public required int Total { get; init; }

    /// <summary>Mean smooth L1 loss of this epoch's steps.</summary>
    public double? LossL { get; init; }

    /// <summary>Mean cross entropy of this epoch's steps.</summary>
    public double? LossC { get; init; }

    /// <summary>Mean distillation loss of this epoch's steps; null in runs with labels.</summary>
    public double? DistillationLoss { get; init; }

    /// <summary>Images a second in this process, waiting included, validation not; 0 before the second step.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>The share of training time spent waiting for data in this epoch.</summary>
    public double Waiting { get; init; }

    /// <summary>The time that the steps to come will take at this speed; null before it is known.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>The finished epoch, in the report that ends one; else null.</summary>
    public EpochMetrics? Finished { get; init; }
}

/// <summary>A run was stopped between two steps; its state is saved.</summary>
public sealed class TrainingStoppedException(string message) : OperationCanceledException(message);
