using Secateur.Detection;

namespace Secateur.Zoo;

/// <summary>Detectors from the models that come with Secateur.</summary>
public static class FaceDetectorCreation
{
    extension(FaceDetector)
    {
        /// <summary>A detector with a model that comes with Secateur.</summary>
        /// <param name="model">Its name; see <see cref="ModelZoo"/>.</param>
        /// <param name="options">How it detects.</param>
        /// <exception cref="ArgumentException">There is no such model.</exception>
        /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
        public static FaceDetector Create(string model = ModelZoo.Default, DetectorOptions? options = null) => new(ModelZoo.Get(model).Load(), options);
    }
}
