using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Onnx.Export;
using Secateur.Pixels;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur export</c>: a model for other programs.</summary>
internal static class ExportCommand
{
    private const string Onnx = "onnx";
    private const string Dynamic = "dynamic";
    private static ImageSize AnySize => default;
    private static readonly string[] Inputs = ["float32", "uint8"];

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var format = CommonOptions.Choice("--format", "The format.", [Onnx], Onnx);
        var output = CommonOptions.Out("The file to write; MODEL.onnx in the current folder when not given.");
        var size = new Option<ImageSize>("--imgsz")
        {
            Description = "Height x width of the one image that the exported model takes; dynamic: any number of images of any size.",
            HelpName = $"HxW|{Dynamic}",
            CustomParser = result => result.Tokens[0].Value == Dynamic ? AnySize : CommonOptions.ParseSize(result),
            DefaultValueFactory = _ => AnySize,
        };
        var input = CommonOptions.Choice(
            "--input",
            "float32: the network's own input [N, 3, H, W], the mean subtracted; uint8: pixels as they are [N, H, W, 3], red, green, blue.",
            Inputs,
            Inputs[0]);
        var decode = new Option<bool>("--decode") { Description = "Give boxes [N, B, 4] in pixels and scores [N, B] of all anchors instead of the network's heads." };
        var suppress = new Option<bool>("--nms") { Description = "Give faces: boxes [M, 4], scores [M], and in batch_index [M] whose they are. Nothing is to be done after that." };
        var (confidence, iou, most) = (CommonOptions.Confidence(), CommonOptions.Iou(), CommonOptions.MaxDetections());
        var opset = CommonOptions.Number<int>(
            "--opset",
            $"The version of ONNX's operators; older programs read old ones only. By default {OnnxExportOptions.LeastOpset}, or that of the graph that a model was imported from.",
            "N",
            $"from {OnnxExportOptions.LeastOpset} to {OnnxExportOptions.MostOpset}",
            n => n is >= OnnxExportOptions.LeastOpset and <= OnnxExportOptions.MostOpset);
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("export", """
            Write a model for other programs, in the ONNX format: for ONNX Runtime, OpenCV and whatever reads it. Batch norms are folded; a compacted model
            stays compacted. The file tells its anchors, mean, licence and provenance in its metadata. What is written is read again first, and run beside
            the model; when it differs, nothing is written. A model that was imported from ONNX keeps the inputs and results of its graph.

            Examples:
              secateur export eresfd
              secateur export eresfd-50 --input uint8 --nms --conf 0.4 --out faces.onnx
              secateur export small.safetensors --decode --imgsz 480x640 --opset 17
            """) { source, architecture, format, output, size, input, decode, suppress, confidence, iou, most, opset, force, json };
        Option[] ofFaces = [confidence, iou, most];
        command.Validators.Add(result =>
        {
            if (result.GetValue(suppress)) return;
            foreach (var option in ofFaces.Where(o => result.IsGiven(o))) result.AddError($"{option.Name} goes with --nms");
        });
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(source)!;
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "", ".onnx");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path);
            var model = parsed.ReadModel(source, architecture);
            var fixedSize = parsed.GetValue(size);
            var options = new OnnxExportOptions
            {
                Input = parsed.GetValue(input) == Inputs[0] ? OnnxInput.Float32 : OnnxInput.UInt8,
                Output = parsed.GetValue(suppress) ? OnnxOutput.Faces : parsed.GetValue(decode) ? OnnxOutput.Boxes : OnnxOutput.Heads,
                Size = fixedSize == AnySize ? null : (fixedSize.Height, fixedSize.Width),
                Opset = parsed.GetResult(opset) is null ? null : parsed.GetValue(opset),
                Confidence = parsed.GetValue(confidence),
                Iou = parsed.GetValue(iou),
                MaxDetections = parsed.GetValue(most),
            };
            var file = OnnxExporter.Export(model, options);
            var difference = Checked(path, () => ExportCheck.Run(model, file, options));
            AtomicFile.Write(target, stream => stream.Write(file.Content));
            if (parsed.GetValue(json))
            {
                Report.Json(new { output = target, format = Onnx, bytes = file.Content.Length, file.Opset, maxRelativeDifference = difference, inputs = file.Inputs.Select(Row), outputs = file.Outputs.Select(Row) });
                return;
            }

            Report.Line($"{target}: {model.Network.Architecture}, {Figures.Count(NetworkCosts.CountParameters(model.Network))} parameters, {Figures.Count(file.Content.Length)} bytes, opset {file.Opset}");
            foreach (var value in file.Inputs) Report.Line($"  takes {value}");
            foreach (var value in file.Outputs) Report.Line($"  gives {value}");
            Report.Line($"{target}: read again, same output (largest relative difference {Figures.Exponent(difference)})");
        });
        return command;

        static double Checked(string path, Func<double> check)
        {
            try
            {
                return check();
            }
            catch (InvalidOperationException error)
            {
                throw new InvalidOperationException($"{path}: nothing was written, because {error.Message}", error);
            }
        }

        // Sizes that are known as numbers.
        static object Row(OnnxValue value) => new { value.Name, value.Type, shape = value.Shape.Select(s => int.TryParse(s, out var size) ? (object)size : s) };
    }
}
