using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Imaging;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary>Detects in one image after another; those that cannot be read do not keep the others from being done.</summary>
/// <param name="reading">How to read them.</param>
/// <param name="detect">Finds the faces of one.</param>
internal sealed class DetectionSession(ImageReadOptions reading, Func<RgbImage, IReadOnlyList<FaceDetection>> detect)
{
    private readonly List<ImageDetections> _found = [];
    private readonly List<string> _failed = [];

    /// <summary>Whether boxes are cut to their image.</summary>
    public bool Clip { get; init; }

    /// <summary>Does something more with what was found, such as writing it.</summary>
    public Action<ImageInput, RgbImage, ImageDetections>? Keep { get; set; }

    /// <summary>The images done.</summary>
    public IReadOnlyList<ImageDetections> Found => _found;

    /// <summary>The images that could not be done, with the reason.</summary>
    public IReadOnlyList<string> Failed => _failed;

    /// <summary>Goes through the images; when cancelled, it stops between two, and what is done stays.</summary>
    /// <returns>The number of images done.</returns>
    public int Run(IReadOnlyList<ImageInput> images, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        for (var i = 0; i < images.Count && !cancellation.IsCancellationRequested; i++)
        {
            Run(images[i], i + 1);
            progress.Report((i + 1, images.Count));
        }

        return _found.Count;
    }

    private void Run(ImageInput input, int number)
    {
        try
        {
            var image = input.IsStdin ? ImageFile.Decode("stdin", ReadStdin(), reading) : ImageFile.Read(input.Path, reading);
            var found = new ImageDetections(input.Path, image.Width, image.Height, detect(image)) { Number = number };
            if (Clip) found = found.Clipped();
            Keep?.Invoke(input, image, found);
            _found.Add(found);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or OutOfMemoryException or Graph.NetworkException)
        {
            var problem = Problem.Describe(error);
            _failed.Add(input.IsStdin || problem.Contains(input.Path, StringComparison.Ordinal) ? problem : $"{input.Path}: {problem}");
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
