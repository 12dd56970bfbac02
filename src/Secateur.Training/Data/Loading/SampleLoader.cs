using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>
/// Gives batch after batch of augmented samples, without end, made ahead on background threads. Sample k of epoch e depends on (data set, seed,
/// e, k) alone: not on the number of threads, nor on where the loading started.
/// </summary>
/// <remarks>
/// An epoch is a random order of the images that have faces, or of all without labels, cut into <see cref="StepsPerEpoch"/> batches; what does not fill a batch is left out of
/// it, and images repeat where there are fewer than a batch has samples. At most two batches are held besides those handed out. One thread takes batches.
/// </remarks>
public sealed class SampleLoader : IDisposable
{
    private readonly SampleStream<TrainingSample> _samples;

    /// <summary>Starts loading.</summary>
    /// <param name="dataset">The images; those labelled as without faces are passed over.</param>
    /// <param name="options">Seed, sizes, start.</param>
    /// <exception cref="InvalidFileException">None of the images has a face.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SampleLoader(FaceDataset dataset, SampleLoaderOptions options) =>
        _samples = new SampleStream<TrainingSample>(dataset, options, new SampleReader(options.Head, options.ImageSize).Augmented);

    /// <summary>Batches an epoch.</summary>
    public int StepsPerEpoch => _samples.StepsPerEpoch;

    /// <summary>How long <see cref="Next"/> has waited for samples, in all.</summary>
    public TimeSpan Waited => _samples.Waited;

    /// <summary>Batches an epoch of so many images to learn from.</summary>
    public static int CountSteps(int images, int batch) => Math.Max(1, images / batch);

    /// <summary>The next batch.</summary>
    /// <param name="cancellation">Ends the waiting; the loader is of no use afterwards.</param>
    /// <exception cref="InvalidFileException">An image cannot be read and the options are strict, or hardly any image gives a sample.</exception>
    /// <exception cref="IOException">An image cannot be read and the options are strict.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SampleBatch Next(CancellationToken cancellation = default)
    {
        var (epoch, step, samples) = _samples.Next(cancellation);
        return new SampleBatch(epoch, step, samples);
    }

    /// <summary>Ends the background threads.</summary>
    public void Dispose() => _samples.Dispose();
}
