using Secateur.Graph;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>Whole images at the network's input size, in the order of the data set, without augmentation: for the validation loss.</summary>
/// <param name="dataset">The images; those without faces included.</param>
/// <param name="head">The detector that the samples are for.</param>
/// <param name="imageSize">Width and height of the samples in pixels. Images keep their aspect, in the middle of the mean colour.</param>
public sealed class ValidationSamples(FaceDataset dataset, DetectorHead head, int imageSize)
{
    private readonly SampleReader _reader = new(head, imageSize);

    /// <summary>Told of every image that cannot be read, and why, on a background thread; it is left out.</summary>
    public Action<LabelledImage, string>? BrokenImage { get; init; }

    /// <summary>Whether an image that cannot be read ends the reading.</summary>
    public bool Strict { get; init; }

    /// <summary>Reads all samples, in batches, ahead of whoever takes them.</summary>
    /// <param name="batch">Samples a batch; the last one may have fewer.</param>
    /// <param name="threads">Background threads.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="IOException">An image cannot be read and the reading is strict.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<TrainingSample[]> Batches(int batch, int threads, CancellationToken cancellation = default)
    {
        using var samples = new OrderedPrefetch<TrainingSample?>(Read, 0, dataset.Images.Length, 2 * batch, threads);
        var gathered = new List<TrainingSample>(batch);
        for (var i = 0; i < dataset.Images.Length; i++)
        {
            if (samples.Take(cancellation) is not { } sample) continue;
            gathered.Add(sample);
            if (gathered.Count < batch) continue;
            yield return [.. gathered];
            gathered.Clear();
        }

        if (gathered.Count > 0) yield return [.. gathered];
    }

    private TrainingSample? Read(long index)
    {
        var image = dataset.Images[(int)index];
        try
        {
            return _reader.Whole(image);
        }
        catch (Exception error) when (!Strict && error is IOException or UnauthorizedAccessException)
        {
            BrokenImage?.Invoke(image, error.Message);
            return null;
        }
    }
}
