using System.Collections.Concurrent;
using System.Collections.Immutable;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Evaluation;

/// <summary>What a detector found in the images of a data set.</summary>
/// <param name="Found">The faces of each image, best first, in pixels of the image as its labels see it; null where it could not be read.</param>
/// <param name="Problems">Why images could not be read, in no particular order.</param>
public sealed record DatasetDetections(ImmutableArray<IReadOnlyList<FaceDetection>?> Found, ImmutableArray<string> Problems)
{
    /// <summary>Detects in every image; the result does not depend on the number of threads.</summary>
    /// <param name="images">The images.</param>
    /// <param name="detect">Finds the faces of one; from several threads at once.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="report">Told how many are done, from several threads at once.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static DatasetDetections Run(
        ImmutableArray<LabelledImage> images,
        Func<RgbImage, IReadOnlyList<FaceDetection>> detect,
        int threads,
        Action<int, int> report,
        CancellationToken cancellation)
    {
        var found = new IReadOnlyList<FaceDetection>?[images.Length];
        var problems = new ConcurrentQueue<string>();
        var done = 0;
        ParallelImages.For(images.Length, threads, i =>
        {
            try
            {
                found[i] = detect(ImageFile.Read(images[i].Path, new ImageReadOptions { ApplyOrientation = images[i].Upright }));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                problems.Enqueue(error.Message);
            }

            report(Interlocked.Increment(ref done), images.Length);
        }, cancellation);
        return new DatasetDetections([.. found], [.. problems]);
    }
}
