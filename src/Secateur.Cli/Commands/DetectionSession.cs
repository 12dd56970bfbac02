using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Imaging;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary>Detects in images, several at the same time; those that cannot be read do not keep the others from being done.</summary>
/// <param name="reading">How to read them.</param>
/// <param name="detect">Finds the faces of one; called from several threads.</param>
internal sealed class DetectionSession(ImageReadOptions reading, Func<RgbImage, IReadOnlyList<FaceDetection>> detect)
{
    private ImageDetections?[] _found = [];
    private string?[] _failed = [];

    /// <summary>Whether boxes are cut to their image.</summary>
    public bool Clip { get; init; }

    /// <summary>Does something more with what was found, such as writing it; called from several threads.</summary>
    public Action<ImageInput, RgbImage, ImageDetections>? Keep { get; set; }

    /// <summary>The images done, in their order.</summary>
    public IReadOnlyList<ImageDetections> Found => [.. _found.OfType<ImageDetections>()];

    /// <summary>The images that could not be done, with the reason, in their order.</summary>
    public IReadOnlyList<string> Failed => [.. _failed.OfType<string>()];

    /// <summary>Goes through the images in their order; when cancelled, those in work are ended, and what is done stays.</summary>
    /// <param name="images">The images.</param>
    /// <param name="atOnce">How many are in work, and in memory, at the same time.</param>
    /// <param name="progress">Told how many are done, from several threads.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The number of images done or failed.</returns>
    public int Run(IReadOnlyList<ImageInput> images, int atOnce, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        (_found, _failed) = (new ImageDetections?[images.Count], new string?[images.Count]);
        var done = 0;
        var inOrder = Partitioner.Create(Enumerable.Range(0, images.Count), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, (i, loop) =>
            {
                if (cancellation.IsCancellationRequested)
                {
                    loop.Stop();
                    return;
                }

                Run(images[i], i);
                progress.Report((Interlocked.Increment(ref done), images.Count));
            });
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }

        return done;
    }

    private void Run(ImageInput input, int at)
    {
        try
        {
            var image = input.IsStdin ? ImageFile.Decode("stdin", ReadStdin(), reading) : ImageFile.Read(input.Path, reading);
            var found = new ImageDetections(input.Path, image.Width, image.Height, detect(image)) { Number = at + 1 };
            if (Clip) found = found.Clipped();
            Keep?.Invoke(input, image, found);
            _found[at] = found;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or OutOfMemoryException or Graph.NetworkException)
        {
            var problem = Problem.Describe(error);
            _failed[at] = input.IsStdin || problem.Contains(input.Path, StringComparison.Ordinal) ? problem : $"{input.Path}: {problem}";
        }
    }

    private static byte[] ReadStdin()
    {
        using var stdin = Console.OpenStandardInput();
        using var content = new MemoryStream();
        stdin.CopyTo(content);
        return content.ToArray();
    }
}
