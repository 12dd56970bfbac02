using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.Models;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur detect</c>: faces in image files.</summary>
internal static class DetectCommand
{
    public static Command Create()
    {
        var images = CommonOptions.Argument<string[]>("IMAGE", "Image files (JPEG, PNG, PPM), folders, or patterns such as 'photos/**/*.jpg'.");
        images.Arity = ArgumentArity.OneOrMore;
        var model = CommonOptions.RequiredModel();
        var architecture = CommonOptions.Architecture();
        var confidence = CommonOptions.Number<float>(
            "--conf", "Faces must score above this, 0 to 1.", "P", "at least 0 and less than 1", p => p is >= 0 and < 1, DetectorOptions.Default.Confidence);
        var iou = CommonOptions.Number<float>(
            "--iou", "Of two boxes that overlap by more than this, the weaker goes.", "P", "more than 0, at most 1", p => p is > 0 and <= 1, DetectorOptions.Default.Iou);
        var most = CommonOptions.Count("--max-det", "Faces per image at most.", DetectorOptions.Default.MaxDetections);
        var scale = CommonOptions.Number<double>(
            "--scale",
            "Resize images by this factor first (single pass): above 1 finds smaller faces.",
            "F",
            "more than 0, at most 16",
            f => f is > 0 and <= 16,
            DetectorOptions.Default.Scale);
        var protocol = CommonOptions.Protocol();
        var threads = CommonOptions.Threads("Threads of one detection.", Environment.ProcessorCount);
        var pixels = CommonOptions.Number<long>("--max-pixels", "Refuse images with more pixels.", "N", "1 or more", n => n >= 1, ImageReadOptions.Default.MaxPixels);
        var output = new Option<string?>("--out", "-o") { Description = "Write annotated copies into this folder.", HelpName = "DIR" };
        var format = CommonOptions.Choice("--format", "What to print.", [.. Enum.GetNames<DetectionFormat>().Select(n => n.ToLowerInvariant())], "text");
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var command = new Command("detect", """
            Find faces in pictures. Boxes are in pixels of the upright image (EXIF orientation is honoured).

            Examples:
              secateur detect photo.jpg --model eresfd.safetensors
              secateur detect photos --model eresfd.safetensors --out annotated --format csv
              secateur detect crowd.jpg --model eresfd.safetensors --protocol multi-scale --conf 0.3 --json
            """) { images, model, architecture, confidence, iou, most, scale, protocol, threads, pixels, output, format, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var inputs = ImageInput.Find(parsed.GetValue(images)!);
            var folder = parsed.GetValue(output);
            if (folder is not null) ImageInput.RequireOwnPlaces(inputs, folder);
            var options = new DetectorOptions
            {
                Confidence = parsed.GetValue(confidence),
                Iou = parsed.GetValue(iou),
                MaxDetections = parsed.GetValue(most),
                Scale = parsed.GetValue(scale),
                Threads = parsed.GetValue(threads),
            };
            using var detector = new FaceDetector(ModelFile.Read(parsed.GetValue(model)!, parsed.GetValue(architecture)), options);
            if (folder is not null) Directory.CreateDirectory(folder);
            var reading = new ImageReadOptions { MaxPixels = parsed.GetValue(pixels) };
            var multiScale = parsed.GetValue(protocol) == CommonOptions.MultiScale;
            var (found, failed) = ProgressBar.Run("detecting", progress => DetectAll(
                inputs,
                folder,
                progress,
                path =>
                {
                    var image = ImageFile.Read(path, reading);
                    return (image, multiScale ? detector.DetectMultiScale(image) : detector.Detect(image));
                },
                cancellation));
            var chosen = parsed.GetValue(json) ? DetectionFormat.Json : Enum.Parse<DetectionFormat>(parsed.GetValue(format)!, ignoreCase: true);
            if (found.Count > 0) DetectionWriter.Write(found, chosen);
            foreach (var problem in failed) Problem.Write(problem);
            return failed.Count == 0 ? 0 : 1;
        });
        return command;
    }

    /// <summary>Detects in every image; those that cannot be read do not keep the others from being done.</summary>
    private static (List<ImageDetections> Found, List<string> Failed) DetectAll(
        List<ImageInput> inputs,
        string? folder,
        IProgress<(int Done, int Total)> progress,
        Func<string, (RgbImage Image, IReadOnlyList<FaceDetection> Faces)> detect,
        CancellationToken cancellation)
    {
        var found = new List<ImageDetections>();
        var failed = new List<string>();
        for (var i = 0; i < inputs.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var (image, faces) = detect(inputs[i].Path);
                found.Add(new ImageDetections(inputs[i].Path, image.Width, image.Height, faces));
                if (folder is not null) WriteAnnotated(inputs[i].CopyIn(folder), FaceAnnotator.Draw(image, faces));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or OutOfMemoryException or Graph.NetworkException)
            {
                var problem = Problem.Describe(error);
                failed.Add(problem.Contains(inputs[i].Path, StringComparison.Ordinal) ? problem : $"{inputs[i].Path}: {problem}");
            }

            progress.Report((i + 1, inputs.Count));
        }

        return (found, failed);
    }

    private static void WriteAnnotated(string path, RgbImage image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ImageFile.Write(path, image);
    }
}
