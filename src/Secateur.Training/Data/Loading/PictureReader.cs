using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Loading;

/// <summary>A decoded image.</summary>
/// <param name="Pixels">The pixels, turned as the labels are.</param>
/// <param name="Reduction">By how much its sides are shorter than the image's: 1, 2, 4 or 8.</param>
internal readonly record struct Picture(RgbImage Pixels, int Reduction);

/// <summary>Decodes images no larger than their sample needs, turned as their labels are.</summary>
internal static class PictureReader
{
    /// <summary>Reductions are 1, 2, 4 and this.</summary>
    public const int LargestReduction = 8;

    /// <summary>The most by which an image may be reduced for a sample.</summary>
    /// <param name="window">The sample's window, in pixels of the image.</param>
    /// <param name="imageSize">Width and height of the sample in pixels.</param>
    public static int ReductionFor(SampleWindow window, int imageSize)
    {
        var reduction = 1;
        while (reduction < LargestReduction && window.Side >= 2.0 * reduction * imageSize) reduction *= 2;
        return reduction;
    }

    /// <summary>Decodes an image, reduced if it is a JPEG.</summary>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static Picture Read(LabelledImage image, int reduction)
    {
        var pixels = ImageFile.Read(image.Path, new ImageReadOptions { ApplyOrientation = image.Upright, JpegReduction = reduction });
        if ((pixels.Width, pixels.Height) == (image.Width, image.Height)) return new Picture(pixels, 1);
        return (pixels.Width, pixels.Height) == (Reduced(image.Width, reduction), Reduced(image.Height, reduction))
            ? new Picture(pixels, reduction)
            : throw new InvalidFileException(image.Path, $"has changed: its size was {image.Width} x {image.Height}");
    }

    /// <summary>The length of a side that is so many times shorter.</summary>
    public static int Reduced(int length, int reduction) => (length + reduction - 1) / reduction;
}
