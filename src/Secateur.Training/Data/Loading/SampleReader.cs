using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>Decodes images no larger than their sample needs, turned as their labels are.</summary>
/// <param name="head">What the samples are for.</param>
/// <param name="imageSize">Width and height of the samples in pixels.</param>
internal sealed class SampleReader(DetectorHead head, int imageSize)
{
    private const int LargestReduction = 8;

    private readonly SampleAugmentation _augmentation = new(head, imageSize);

    /// <summary>An augmented sample; null where the window leaves no face.</summary>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public TrainingSample? Augmented(LabelledImage image, SeededRandom random)
    {
        var window = _augmentation.ChooseWindow(image.Width, image.Height, image.Faces, random);
        var faces = window.Keep(image.Faces, imageSize);
        if (faces.IsEmpty) return null;
        var (pixels, reduced) = Read(image, window);
        return new TrainingSample(_augmentation.Render(pixels, reduced, random), faces, image.Name);
    }

    /// <summary>The whole image in the middle of a square, with its faces that are large enough.</summary>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public TrainingSample Whole(LabelledImage image)
    {
        var window = SampleWindow.Whole(image.Width, image.Height);
        var (pixels, reduced) = Read(image, window);
        var filter = reduced.Side > imageSize ? ResampleFilter.Area : ResampleFilter.Bilinear;
        return new TrainingSample(Resampler.Resample(pixels, reduced, imageSize, filter, head.Pixels.Mean).Image, window.Keep(image.Faces, imageSize), image.Name);
    }

    private (RgbImage Pixels, SampleWindow Window) Read(LabelledImage image, SampleWindow window)
    {
        var reduction = 1;
        while (reduction < LargestReduction && window.Side >= 2.0 * reduction * imageSize) reduction *= 2;
        var pixels = ImageFile.Read(image.Path, new ImageReadOptions { ApplyOrientation = image.Upright, JpegReduction = reduction });
        if ((pixels.Width, pixels.Height) == (image.Width, image.Height)) return (pixels, window);
        return (pixels.Width, pixels.Height) == (Reduced(image.Width), Reduced(image.Height))
            ? (pixels, window with { X = window.X / reduction, Y = window.Y / reduction, Side = window.Side / reduction })
            : throw new InvalidFileException(image.Path, $"has changed: its size was {image.Width} x {image.Height}");

        int Reduced(int length) => (length + reduction - 1) / reduction;
    }
}
