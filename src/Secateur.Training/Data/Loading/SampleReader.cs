using Secateur.Graph;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>Makes samples of images.</summary>
/// <param name="head">What the samples are for.</param>
/// <param name="imageSize">Width and height of the samples in pixels.</param>
internal sealed class SampleReader(DetectorHead head, int imageSize)
{
    private readonly SampleAugmentation _augmentation = new(head, imageSize);

    /// <summary>An augmented sample; null where the window leaves none of the image's faces.</summary>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public TrainingSample? Augmented(LabelledImage image, SeededRandom random)
    {
        var window = _augmentation.ChooseWindow(image.Width, image.Height, image.Faces, random);
        var faces = window.Keep(image.Faces, imageSize);
        if (faces.IsEmpty && !image.Faces.IsEmpty) return null;
        var (pixels, reduction) = PictureReader.Read(image, PictureReader.ReductionFor(window, imageSize));
        var recipe = _augmentation.ChooseRecipe(pixels.Width, pixels.Height, window.Reduced(reduction), random);
        return new TrainingSample(_augmentation.Render(pixels, recipe), faces, image.Name);
    }

    /// <summary>The whole image in the middle of a square, with its faces that are large enough.</summary>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public TrainingSample Whole(LabelledImage image)
    {
        var window = SampleWindow.Whole(image.Width, image.Height);
        var (pixels, reduction) = PictureReader.Read(image, PictureReader.ReductionFor(window, imageSize));
        var reduced = window.Reduced(reduction);
        var filter = reduced.Side > imageSize ? ResampleFilter.Area : ResampleFilter.Bilinear;
        var axes = ResampleAxes.Create(pixels.Width, pixels.Height, reduced, imageSize, filter);
        return new TrainingSample(Resampler.Resample(pixels, axes, head.Pixels.Mean).Image, window.Keep(image.Faces, imageSize), image.Name);
    }
}
