using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Quantization;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur quantize</c>: a model whose convolutions run in integers.</summary>
internal static class QuantizeCommand
{
    private const int UsualImages = 64;
    private const int TimedRuns = 20;
    private const double UsualLoss = 0.005;

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var pictures = new Option<string>("--calibrate") { Description = "The pictures to calibrate on: a folder with its subfolders, such as WIDER FACE's training images.", HelpName = "DIR", Required = true };
        var images = CommonOptions.Count("--images", "No more pictures than these, spread over the folder.", UsualImages, 10_000);
        var floats = new Option<string[]>("--floats") { Description = "Layers that stay in floats, by a pattern such as base.conv1.*; may be repeated.", HelpName = "PATTERN" };
        var sensitivity = new Option<bool>("--sensitivity") { Description = "Measure too how much each layer alone changes the results." };
        var data = new Option<string?>("--data") { Description = "Measure the average precision before and after on these images: WIDER FACE, or a set with labels. Where more is lost than --max-loss, the most sensitive layers stay in floats.", HelpName = "DIR" };
        var loss = CommonOptions.Number("--max-loss", "The average precision that may be lost.", "AP", "a number from 0 to 1", n => n is >= 0 and <= 1, (double?)UsualLoss);
        var output = CommonOptions.Out("The quantized model to write; MODEL-int8.safetensors in the current folder when not given.");
        var size = CommonOptions.ImageSize();
        var force = CommonOptions.Force();
        var threads = CommonOptions.Threads("Threads.", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("quantize", """
            Make a model whose convolutions run in integers of 8 bits: a third of the file, and faster where the processor multiplies bytes. Nothing is
            trained: the ranges of the maps between layers come from pictures. Every command takes the model as it takes others.

            Examples:
              secateur quantize eresfd --calibrate photos
              secateur quantize small.safetensors --calibrate WIDER/WIDER_train/images --images 128 --data WIDER
              secateur quantize eresfd --calibrate photos --floats base.conv1.* --sensitivity --json
            """) { source, architecture, pictures, images, floats, sensitivity, data, loss, output, size, force, threads, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(data) is null && result.IsGiven(loss)) result.AddError("--max-loss needs --data, on which precision is measured");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var (path, workers) = (parsed.GetValue(source)!, parsed.GetValue(threads));
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "-int8");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path);
            var model = parsed.ReadFloats(source, architecture);
            var left = Matching(parsed.GetValue(floats) ?? [], Quantizer.LayersOf(model));
            var precision = parsed.GetValue(data) is { } root ? PrecisionCheck.Of(root, workers) : null;
            var files = Spread(ImageScan.Of([parsed.GetValue(pictures)!], null), parsed.GetValue(images));
            var quantizer = ProgressBar.Run("calibrating", progress => Calibrate(model, files, workers, progress, cancellation));
            var session = new QuantizeSession(model, quantizer, left) { Precision = precision, MaxLoss = parsed.GetValue(loss) };
            if (parsed.GetValue(sensitivity)) session.MeasureSensitivity(cancellation);
            session.Run(cancellation);
            var written = session.Quantized.With(model.Info.WithStep(session.Describe(files.Count)));
            var imgsz = parsed.GetValue(size);
            InferenceEngine[] engines = [new(model), new(written)];
            var times = ProgressBar.Run("timing both models", progress => LatencyBenchmark.Run(engines, imgsz.Height, imgsz.Width, 1, TimedRuns, progress, cancellation));
            cancellation.ThrowIfCancellationRequested();
            ModelFile.Write(target, written);
            session.Print(target, files.Count, imgsz, (ModelSource.CountBytes(path), new FileInfo(target).Length), (times[0].Latency.Median, times[1].Latency.Median), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static List<string> Spread(ImageScan scan, int most)
    {
        foreach (var folder in scan.Unreadable) Report.Remark(folder);
        var count = Math.Min(most, scan.Images.Count);
        return [.. Enumerable.Range(0, count).Select(i => scan.Images[(int)((long)i * scan.Images.Count / count)].Path)];
    }

    private static Quantizer Calibrate(Model model, List<string> files, int threads, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        var current = "";
        try
        {
            return Quantizer.Calibrate(model, files.Count, i => ImageFile.Read(current = files[i]), threads, progress, cancellation);
        }
        catch (NetworkException error)
        {
            throw new NetworkException($"{current}: {error.Message}");
        }
    }

    private static HashSet<string> Matching(string[] patterns, IReadOnlyList<string> layers)
    {
        var matching = new HashSet<string>();
        foreach (var pattern in patterns)
        {
            var found = layers.Where(new LayerGroup(pattern, [pattern]).Holds).ToList();
            if (found.Count == 0) throw new UsageException($"--floats {pattern}: matches none of the {layers.Count} layers that could run in integers, such as {layers[0]}");
            matching.UnionWith(found);
        }

        return matching;
    }
}
