using Secateur.Gpu.Data;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Runs;

namespace Secateur.Gpu.Runs;

/// <summary>Batches whose samples are made on the device.</summary>
internal sealed class GpuBatches(FaceDataset dataset, SampleLoaderOptions options, PictureStore store) : IBatchSource
{
    private readonly DeviceSamples _samples = new(dataset, options, store);

    public ITrainingBatch Next(CancellationToken cancellation) => new Batch(_samples.Next(cancellation));

    public void Dispose() => _samples.Dispose();

    /// <summary>Recipes of samples.</summary>
    internal sealed record Batch(DeviceBatch Samples) : ITrainingBatch
    {
        public IEnumerable<string> Names => Samples.Samples.Select(s => s.Name);
    }
}
