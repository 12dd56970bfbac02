using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Training.Runs;

/// <summary>Batches whose samples were made by the processor.</summary>
internal sealed class ProcessorBatches(FaceDataset dataset, SampleLoaderOptions options) : IBatchSource
{
    private readonly SampleLoader _loader = new(dataset, options);

    public ITrainingBatch Next(CancellationToken cancellation) => new Batch(_loader.Next(cancellation).Samples);

    public void Dispose() => _loader.Dispose();

    /// <summary>Samples in memory.</summary>
    internal sealed record Batch(IReadOnlyList<TrainingSample> Samples) : ITrainingBatch
    {
        public IEnumerable<string> Names => Samples.Select(s => s.Name);
    }
}
