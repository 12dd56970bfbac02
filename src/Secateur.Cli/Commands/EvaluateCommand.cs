using System.CommandLine;
using System.CommandLine.Parsing;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Weights;
using Secateur.WiderFace.Evaluation;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur evaluate</c>: average precision on WIDER FACE or another data set, of a model or of written predictions.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = CommonOptions.ModelOption();
        var beside = new Option<string?>("--beside") { Description = "Another model to measure on the same images, such as the one before pruning or quantization; its AP and the difference stand beside. On WIDER FACE its predictions go to the folder of --out with -beside behind it.", HelpName = "MODEL" };
        var architecture = CommonOptions.Architecture();
        var data = new Option<string?>("--data")
        {
            Description = "WIDER FACE (WIDER_val/images and the four .mat files in ground_truth), or a set with labels of RetinaFace, PASCAL VOC, YOLO or COCO; found by look.",
            HelpName = "DIR",
        };
        var split = CommonOptions.Choice("--split", "The split of a set with labels; val where there is one.", ["train", "val"]);
        var protocol = CommonOptions.Protocol();
        var predictions = new Option<string?>("--predictions") { Description = "Evaluate these submission files (EVENT/NAME.txt) instead of a model. An image without file has no detections.", HelpName = "DIR" };
        var partial = new Option<bool>("--partial") { Description = "With --predictions: evaluate only the images that have a file." };
        var truth = new Option<string?>("--ground-truth") { Description = "The folder of WIDER FACE's four .mat files; looked for under --data when not given.", HelpName = "DIR" };
        var output = new Option<string?>("--out", "-o") { Description = "Where to write a model's predictions on WIDER FACE; runs/evaluate/MODEL-PROTOCOL when not given.", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Keep the predictions that an interrupted run of the same model and protocol has written." };
        var plot = new Option<string?>("--plot") { Description = "Draw precision over recall into this file (SVG).", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace the file of --plot where there is one." };
        var device = ComputeDevice.Option("Where the model runs.");
        var threads = CommonOptions.Threads("Images detected at the same time.", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("evaluate", """
            Measure the average precision. On the WIDER FACE validation set: easy, medium, hard, as the official tool does. A folder that holds only some
            of the 3,226 images is evaluated on those; the result says so. On other sets: at IoU 0.5, and the mean of 0.5 to 0.95, as COCO's tool does.

            Examples:
              secateur evaluate --data WIDER --protocol multi-scale
              secateur evaluate --model eresfd-50 --data WIDER --resume --json
              secateur evaluate --model eresfd-int8.safetensors --beside eresfd --data WIDER
              secateur evaluate --model my.safetensors --data WIDER --device cuda
              secateur evaluate --predictions predictions --ground-truth WIDER/ground_truth --plot curves.svg
              secateur evaluate --data my-faces
            """) { model, beside, architecture, data, split, protocol, predictions, partial, truth, output, resume, plot, force, device, threads, json };
        command.Validators.Add(Check);
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var (chart, asJson, workers) = (parsed.GetValue(plot), parsed.GetValue(json), parsed.GetValue(threads));
            if (chart is not null) CommonOptions.RequirePlace(chart, parsed.GetValue(force));
            if (parsed.GetValue(predictions) is { } written)
            {
                var wider = new WiderSession(WiderGroundTruth.Load(parsed.GetValue(truth) ?? parsed.GetValue(data)!)) { Threads = workers, Plot = chart, Json = asJson };
                wider.EvaluateFolder(written, parsed.GetValue(partial), cancellation);
                return 0;
            }

            using var computing = ComputeDevice.Open(parsed.GetValue(device));
            computing.Announce();
            var (path, other, root, chosen) = (parsed.GetValue(model)!, parsed.GetValue(beside), parsed.GetValue(data)!, parsed.GetValue(protocol)!);
            if (parsed.GetValue(truth) is null && !WiderSession.IsFor(root))
            {
                if (Given(parsed.CommandResult, output, resume) is { } meaningless)
                    throw new UsageException($"{meaningless} is for WIDER FACE, whose predictions are written; {root} is another data set");
                new LabelledSession(root, parsed.GetValue(split), computing.Backend) { Threads = workers, Plot = chart, Json = asJson }
                    .Evaluate((path, Read(path)), other is null ? null : (other, Read(other)), chosen, cancellation);
                return 0;
            }

            if (parsed.GetValue(split) == "train") throw new UsageException("--split train is for sets with labels; WIDER FACE has a ground truth for its validation set only");
            var official = new WiderSession(WiderGroundTruth.Load(parsed.GetValue(truth) ?? root)) { Threads = workers, Plot = chart, Json = asJson };
            var folder = parsed.GetValue(output) ?? Path.Combine("runs", "evaluate", $"{Path.GetFileNameWithoutExtension(path)}-{chosen}");
            try
            {
                var second = other is null ? null : new EvaluatedModel(other, () => Read(other), folder + "-beside");
                official.EvaluateModel(computing.Backend, new EvaluatedModel(path, () => Read(path), folder), second, root, chosen, parsed.GetValue(resume), cancellation);
                return 0;
            }
            catch (OperationCanceledException)
            {
                Problem.Write($"cancelled; what was found so far is in {folder}: go on with the same call and --resume");
                return ExitCode.Cancelled;
            }

            Model Read(string file) => ModelSource.Read(file, parsed.GetValue(architecture));
        });
        return command;

        static string? Given(CommandResult result, params ReadOnlySpan<Option> options)
        {
            foreach (var option in options)
            {
                if (result.IsGiven(option)) return option.Name;
            }

            return null;
        }

        void Check(CommandResult r)
        {
            var fromFiles = r.GetValue(predictions) is not null;
            if (fromFiles && r.IsGiven(model)) r.AddError("give either --model with --data, or --predictions with --ground-truth");
            else if (!fromFiles && r.GetValue(data) is null) r.AddError("--data is missing, the folder of images; or give --predictions with --ground-truth");
            else if (fromFiles && r.GetValue(truth) is null && r.GetValue(data) is null) r.AddError("--predictions needs --ground-truth, the folder of the .mat files");
            else if (fromFiles && Given(r, beside, architecture, split, protocol, output, resume, device) is { } option) r.AddError($"{option} means nothing to --predictions");
            else if (!fromFiles && r.GetValue(partial)) r.AddError("--partial needs --predictions");
            else if (r.GetValue(plot) is { } chart && !chart.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)) r.AddError($"--plot is '{chart}'; expected a file .svg");
        }
    }
}
