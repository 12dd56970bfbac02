using System.CommandLine;
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
        var images = new Argument<string[]>("IMAGE") { Description = "Image files (JPEG, PNG, PPM), folders, or patterns such as 'photos/**/*.jpg'.", Arity = ArgumentArity.OneOrMore };
        var model = CommonOptions.RequiredModel();
        var architecture = CommonOptions.Architecture();
        var confidence = new Option<float>("--conf") { Description = "Faces must score above this, 0 to 1.", HelpName = "P", DefaultValueFactory = _ => DetectorOptions.Default.Confidence };
        var iou = new Option<float>("--iou") { Description = "Of two boxes that overlap by more than this, the weaker goes.", HelpName = "P", DefaultValueFactory = _ => DetectorOptions.Default.Iou };
        var most = CommonOptions.Count("--max-det", "Faces per image at most.", DetectorOptions.Default.MaxDetections);
        var scale = new Option<double>("--scale") { Description = "Resize images by this factor first (single pass): above 1 finds smaller faces.", HelpName = "F", DefaultValueFactory = _ => 1 };
        var protocol = CommonOptions.Protocol();
        var threads = CommonOptions.Threads("Threads of one detection.", Environment.ProcessorCount);
        var pixels = new Option<long>("--max-pixels") { Description = "Refuse images with more pixels.", HelpName = "N", DefaultValueFactory = _ => ImageReadOptions.Default.MaxPixels };
        var output = new Option<string?>("--out", "-o") { Description = "Write annotated copies into this folder.", HelpName = "DIR" };
        var format = new Option<DetectionFormat>("--format") { Description = "What to print.", DefaultValueFactory = _ => DetectionFormat.Text };
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var command = new Command("detect", """
            Find faces in pictures. Boxes are in pixels of the upright image (EXIF orientation is honoured).

            Examples:
              secateur detect photo.jpg --model eresfd.safetensors
              secateur detect photos --model eresfd.safetensors --out annotated --format csv
              secateur detect crowd.jpg --model eresfd.safetensors --protocol multi-scale --conf 0.3 --json
            """) { images, model, architecture, confidence, iou, most, scale, protocol, threads, pixels, output, format, json };
        command.SetAction((parsed, cancellation) =>
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
            var reading = new ImageReadOptions { MaxPixels = parsed.GetValue(pixels) };
            var multiScale = parsed.GetValue(protocol) == DetectionProtocol.MultiScale;
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
            DetectionWriter.Write(found, parsed.GetValue(json) ? DetectionFormat.Json : parsed.GetValue(format));
            foreach (var problem in failed) Report.Remark("secateur: " + problem);
            return Task.FromResult(failed.Count == 0 ? 0 : 1);
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
                if (folder is not null) WriteAnnotated(Path.Combine(folder, inputs[i].RelativePath), FaceAnnotator.Draw(image, faces));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or Graph.NetworkException)
            {
                failed.Add(error.Message.Contains(inputs[i].Path, StringComparison.Ordinal) ? error.Message : $"{inputs[i].Path}: {error.Message}");
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
