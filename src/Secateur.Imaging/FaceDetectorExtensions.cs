using Secateur.Detection;
using Secateur.Pixels;

namespace Secateur.Imaging;

/// <summary>Detection in image files.</summary>
public static class FaceDetectorExtensions
{
    /// <summary>Detects the faces of an image file in one pass.</summary>
    /// <param name="detector">The detector.</param>
    /// <param name="path">A picture file, see <see cref="ImageFile"/>.</param>
    /// <param name="options">How to read it; by default upright.</param>
    /// <returns>Faces in pixels of the image as it was read, best first.</returns>
    /// <exception cref="InvalidFileException">The file is damaged or no image.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="Graph.NetworkException">The image is too small or too large for the network, or for the machine's memory.</exception>
    public static IReadOnlyList<FaceDetection> DetectFile(this FaceDetector detector, string path, ImageReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(detector);
        return detector.Detect(ImageFile.Read(path, options));
    }
}
