using System.Runtime.InteropServices;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Gpu.Data;

/// <summary>
/// The samples of <see cref="SampleLoader"/>, with the same draws, up to where their pixels are made, which is left to <see cref="BatchRenderer"/>.
/// </summary>
internal sealed class DeviceSamples : IDisposable
{
    private readonly SampleAugmentation _augmentation;
    private readonly PictureStore _store;
    private readonly int _imageSize;
    private readonly SampleStream<DeviceSample> _samples;

    /// <summary>Starts loading.</summary>
    /// <param name="dataset">The images; those without faces are passed over.</param>
    /// <param name="options">Seed, sizes, start.</param>
    /// <param name="store">Has the pictures, and gets those that it has not; may serve several of these.</param>
    /// <exception cref="InvalidFileException">None of the images has a face.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DeviceSamples(FaceDataset dataset, SampleLoaderOptions options, PictureStore store)
    {
        (_augmentation, _store, _imageSize) = (new SampleAugmentation(options.Head, options.ImageSize), store, options.ImageSize);
        _samples = new SampleStream<DeviceSample>(dataset, options, Make);
    }

    /// <summary>Batches an epoch.</summary>
    public int StepsPerEpoch => _samples.StepsPerEpoch;

    /// <summary>The next batch.</summary>
    /// <param name="cancellation">Ends the waiting; this is of no use afterwards.</param>
    /// <exception cref="InvalidFileException">An image cannot be read and the options are strict, or hardly any image gives a sample.</exception>
    /// <exception cref="IOException">An image cannot be read and the options are strict.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public DeviceBatch Next(CancellationToken cancellation = default)
    {
        var (epoch, step, samples) = _samples.Next(cancellation);
        return new DeviceBatch(epoch, step, ImmutableCollectionsMarshal.AsImmutableArray(samples));
    }

    /// <summary>Ends the background threads.</summary>
    public void Dispose() => _samples.Dispose();

    private DeviceSample? Make(LabelledImage image, SeededRandom random)
    {
        var window = _augmentation.ChooseWindow(image.Width, image.Height, image.Faces, random);
        var faces = window.Keep(image.Faces, _imageSize);
        if (faces.IsEmpty) return null;
        var picture = _store.Get(image, PictureReader.ReductionFor(window, _imageSize));
        var recipe = _augmentation.ChooseRecipe(picture.Width, picture.Height, window.Reduced(picture.Reduction), random);
        return new DeviceSample(picture, recipe, faces, image.Name);
    }
}
