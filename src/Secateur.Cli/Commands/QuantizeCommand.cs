using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Quantization;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur quantize</c>: a model whose convolutions run in integers.</summary>
internal static class QuantizeCommand
{
    private const int UsualImages = 64;

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var pictures = new Option<string>("--calibrate") { Description = "The pictures to calibrate on: a folder with its subfolders, such as WIDER FACE's.", HelpName = "DIR", Required = true };
        var images = CommonOptions.Count("--images", "No more pictures than these, spread over the folder.", UsualImages);
        var output = CommonOptions.Out("The quantized model to write; MODEL-int8.safetensors in the current folder when not given.");
        var force = CommonOptions.Force();
        var threads = CommonOptions.Threads("Threads.", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("quantize", "q") { source, architecture, pictures, images, output, force, threads, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var path = parsed.GetValue(source)!;
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "-int8");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path);
            var model = parsed.ReadModel(source, architecture);
            var all = ImageScan.Of([parsed.GetValue(pictures)!], null).Images;
            var count = Math.Min(parsed.GetValue(images), all.Count);
            var chosen = Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]).ToList();
            var quantizer = ProgressBar.Run("calibrating", progress => Quantizer.Calibrate(
                model, count, i => ImageFile.Read(chosen[i].Path), parsed.GetValue(threads), progress, cancellation));
            var quantized = quantizer.Quantize(new HashSet<string>((Environment.GetEnvironmentVariable("LEFT") ?? "").Split(',')));
            ModelFile.Write(target, quantized);
            return 0;
        });
        return command;
    }
}
