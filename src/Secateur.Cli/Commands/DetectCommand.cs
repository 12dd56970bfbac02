using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Gpu.Devices;
using Secateur.Imaging;
using Secateur.Imaging.Drawing;
using Secateur.WiderFace.Predictions;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur detect</c>: faces in image files, or in a video.</summary>
internal static class DetectCommand
{
    public static Command Create()
    {
        var images = CommonOptions.Argument<string[]>(
            "IMAGE", $"Image files ({string.Join(' ', ImageFile.Extensions)}), folders with their subfolders, patterns such as 'photos/**/*.{{jpg,png}}' (*, ?, **, [a-z], {{a,b}}), or - for stdin; or one video (mp4, mov, mkv, webm, avi, ...), or a camera such as /dev/video0.");
        images.Arity = ArgumentArity.OneOrMore;
        var model = CommonOptions.ModelOption();
        var architecture = CommonOptions.Architecture();
        var (confidence, iou, most) = (CommonOptions.Confidence(), CommonOptions.Iou(), CommonOptions.MaxDetections());
        var scale = CommonOptions.Number<double>(
            "--scale",
            "Resize images by this factor first (single pass only): above 1 finds smaller faces.",
            "F",
            "more than 0, at most 16",
            f => f is > 0 and <= 16,
            DetectorOptions.Default.Scale);
        var protocol = CommonOptions.Protocol();
        var threads = CommonOptions.Threads("Threads of one detection; of a video, and of more images than threads, so many at the same time, each with one thread.", Environment.ProcessorCount);
        var device = ComputeDevice.Option("Where the network runs; worth it for many images.", DeviceKind.Cpu);
        var pixels = CommonOptions.Number<long>("--max-pixels", "Refuse images with more pixels.", "N", "1 or more", n => n >= 1, ImageReadOptions.Default.MaxPixels);
        var output = new Option<string?>("--out", "-o") { Description = "Write annotated copies into this folder; with --format wider the submission files EVENT/NAME.txt. Of a video: the annotated file (.mp4, .mov, .mkv).", HelpName = "DIR|FILE" };
        var format = CommonOptions.Choice("--format", "What to print.", DetectionFormats.Names, DetectionFormats.Name(DetectionFormat.Text));
        var json = new Option<bool>("--json") { Description = "The same as --format json." };
        var all = new Option<bool>("--all") { Description = "With --format csv: a line of an image without faces, too." };
        var ids = new Option<string?>("--coco-annotations") { Description = "With --format coco-results: take image and category ids from this annotation file.", HelpName = "FILE" };
        var videos = new VideoOptions();
        var noClip = new Option<bool>("--no-clip") { Description = "Leave boxes that reach outside the image as they are. Without it they are cut to the image, but for --format wider." };
        var command = new Command("detect", """
            Find faces in pictures, or in the frames of a video. Boxes are in pixels of the upright image (EXIF orientation is honoured, but for --format wider).

            Examples:
              secateur detect photo.jpg
              secateur detect photos --model eresfd-50 --out annotated --format csv
              secateur detect crowd.jpg --model my.safetensors --protocol multi-scale --conf 0.3 --json
              secateur detect WIDER_val/images --format wider --conf 0.05 --out predictions
              secateur detect clip.mp4 --out annotated.mp4 --format jsonl
            """) { images, model, architecture, confidence, iou, most, scale, protocol, threads, device, pixels, output, format, json, all, ids, noClip };
        videos.AddTo(command);
        command.Validators.Add(r =>
        {
            if (r.IsGiven(json) && r.IsGiven(format)) r.AddError("give either --json or --format");
            else if (r.IsGiven(scale) && r.GetValue(protocol) == CommonOptions.MultiScale) r.AddError("--scale is for one pass; --protocol multi-scale has scales of its own");
            else if (r.GetValue(all) && r.GetValue(format) != DetectionFormats.Name(DetectionFormat.Csv)) r.AddError("--all needs --format csv; the other formats list every image");
            else if (r.GetValue(ids) is not null && r.GetValue(format) != DetectionFormats.Name(DetectionFormat.CocoResults)) r.AddError("--coco-annotations needs --format coco-results");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var chosen = parsed.GetValue(json) ? DetectionFormat.Json : DetectionFormats.Parse(parsed.GetValue(format)!);
            var source = videos.SourceOf(parsed, parsed.GetValue(images)!, chosen, parsed.GetValue(output));
            var options = new DetectorOptions
            {
                Confidence = parsed.GetValue(confidence),
                Iou = parsed.GetValue(iou),
                MaxDetections = parsed.GetValue(most),
                Scale = parsed.GetValue(scale),
                Threads = parsed.GetValue(threads),
            };
            if (source is not null)
            {
                var video = new VideoSession(source, parsed.GetValue(pixels), cancellation)
                {
                    Format = chosen,
                    All = parsed.GetValue(all),
                    Clip = !parsed.GetValue(noClip),
                    Every = videos.EveryOf(parsed),
                    Most = videos.FramesOf(parsed),
                    Output = parsed.GetValue(output),
                    Replace = videos.ForceOf(parsed),
                };
                using var alone = Open(options with { Threads = 1 });
                return video.Run(alone.Detect, options.Threads, cancellation);
            }

            var folder = parsed.GetValue(output);
            var submission = chosen == DetectionFormat.Wider;
            var scan = ImageScan.Of(parsed.GetValue(images)!, folder);
            var kept = folder is null ? null : ImageInput.RequireOwnPlaces(scan.Images, folder, i => submission ? WiderPredictionFile.PathOf(folder, i.WiderName) : i.CopyIn(folder));
            var identities = parsed.GetValue(ids) is { } annotations ? new CocoIdentities(annotations) : null;
            foreach (var image in scan.Images) identities?.ImageOf(image.Path);
            var maxPixels = parsed.GetValue(pixels);
            var atOnce = ImagesAtOnce.Of(scan.Images, options.Threads, options.Scale, maxPixels);
            using var detector = Open(options with { Threads = options.Threads / atOnce });
            if (scan.Remark is { } remark) Report.Remark(remark);
            if (folder is not null) Directory.CreateDirectory(folder);

            // The boxes of WIDER FACE are for the stored pixels.
            var reading = new ImageReadOptions { MaxPixels = maxPixels, ApplyOrientation = !submission, OnWarning = Report.Remark };
            var session = new DetectionSession(reading, detector.Detect) { Clip = !submission && !parsed.GetValue(noClip) };
            if (folder is not null && kept is not null)
            {
                session.Keep = submission
                    ? (input, _, found) => kept.Write(WiderPredictionFile.PathOf(folder, input.WiderName), () => WiderPredictionFile.Write(folder, input.WiderName, found.Faces))
                    : (input, image, found) => kept.Write(input.CopyIn(folder), () => ImageFile.Write(input.CopyIn(folder), FaceAnnotator.Draw(image, found.Faces)));
            }

            try
            {
                ProgressBar.Run("detecting", progress => session.Run(scan.Images, atOnce, progress, cancellation));
            }
            finally
            {
                kept?.Save();
            }

            var cancelled = session.Found.Count + session.Failed.Count < scan.Images.Count;
            if (submission && folder is not null) Report.Line($"{folder}: {Figures.Count(session.Found.Count)} submission files");
            else if (session.Found.Count > 0 || cancelled) DetectionWriter.Write(session.Found, chosen, new DetectionWriterOptions(parsed.GetValue(all), identities));
            foreach (var problem in scan.Unreadable.Concat(session.Failed)) Problem.Write(problem);
            if (cancelled)
            {
                Problem.Write($"cancelled after {session.Found.Count + session.Failed.Count} of {scan.Images.Count} images");
                return ExitCode.Cancelled;
            }

            return scan.Unreadable.Count + session.Failed.Count == 0 ? 0 : ExitCode.Failed;

            OpenedDetector Open(DetectorOptions how) => new(parsed.GetValue(device), parsed.GetValue(model)!, parsed.GetValue(architecture), parsed.GetValue(protocol) == CommonOptions.MultiScale, how);
        });
        return command;
    }
}
