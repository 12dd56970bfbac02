using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>A model being trained: network, loss and optimiser together, wherever they are. For one caller at a time.</summary>
internal interface ITrainer : IDisposable
{
    /// <summary>Starts to make batches of samples for it, ahead of whoever takes them.</summary>
    /// <exception cref="InvalidFileException">None of the images has a face.</exception>
    IBatchSource Load(FaceDataset dataset, SampleLoaderOptions options);

    /// <summary>Brings a batch to where it is computed with: the next step's.</summary>
    void Bring(ITrainingBatch batch);

    /// <summary>Takes a step on the batch that was brought last.</summary>
    /// <exception cref="TrainingDivergedException">The loss or what came of it is no finite number; the message names the images.</exception>
    StepLoss Step(ITrainingBatch batch, double learningRate);

    /// <summary>The gradients of the loss on a batch by all learnable parameters; nothing else changes, running statistics included.</summary>
    /// <exception cref="TrainingDivergedException">The loss is no finite number; the message names the images.</exception>
    IReadOnlyDictionary<string, Tensor> Gradients(ITrainingBatch batch);

    /// <summary>Forgets what the optimiser remembers, and holds some filters at zero from now on.</summary>
    void BeginPhase(FilterMask? frozen);

    /// <summary>Zeroes filters; they stay trainable.</summary>
    void Zero(FilterMask mask);

    /// <summary>The present weights and running statistics as a model.</summary>
    /// <param name="step">What was done to make it.</param>
    Model ToModel(string step);

    /// <summary>What it depends on; the arrays are its own.</summary>
    TrainingState Snapshot(RunPosition position);

    /// <summary>Goes back to a saved state.</summary>
    /// <exception cref="ArgumentException">The state of another optimiser.</exception>
    void Restore(TrainingState state);
}

/// <summary>The samples of a step, as the trainer takes them that they were made for.</summary>
internal interface ITrainingBatch
{
    /// <summary>Where each sample came from.</summary>
    IEnumerable<string> Names { get; }
}

/// <summary>Makes the batches of a run, one after another.</summary>
internal interface IBatchSource : IDisposable
{
    /// <summary>The next batch.</summary>
    /// <exception cref="InvalidFileException">An image cannot be read and the run is strict, or hardly any image gives a sample.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    ITrainingBatch Next(CancellationToken cancellation);
}
