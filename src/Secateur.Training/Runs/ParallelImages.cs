using System.Runtime.ExceptionServices;
using Secateur.Imaging;
using Secateur.Pixels;

namespace Secateur.Training.Runs;

/// <summary>Work on many images with several threads.</summary>
internal static class ParallelImages
{
    // The boxes are for the stored pixels, not for the upright ones.
    private static readonly ImageReadOptions StoredPixels = new() { ApplyOrientation = false };

    /// <summary>Does <paramref name="work"/> for 0 to <paramref name="count"/> - 1; an exception of one is thrown as it is.</summary>
    /// <param name="count">How many.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="work">What is done; from several threads at once.</param>
    /// <param name="cancellation">Stops between two.</param>
    public static void For(int count, int threads, Action<int> work, CancellationToken cancellation)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        try
        {
            Parallel.For(0, count, options, work);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }

    /// <summary>The pixels of an image file; null where it cannot be read.</summary>
    public static RgbImage? TryRead(string path)
    {
        try
        {
            return ImageFile.Read(path, StoredPixels);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
