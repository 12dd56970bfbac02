using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Graph;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur evaluate</c>: average precision on WIDER FACE, of a model or of written predictions.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var model = new Option<string?>("--model", "-m") { Description = "The model to evaluate.", HelpName = "MODEL" };
        var architecture = CommonOptions.Architecture();
        var data = new Option<string?>("--data") { Description = "The WIDER FACE folder: WIDER_val, wider_face_split, ground_truth.", HelpName = "DIR" };
        var protocol = CommonOptions.Protocol();
        var predictions = new Option<string?>("--predictions") { Description = "Evaluate these submission files (EVENT/NAME.txt) instead of a model.", HelpName = "DIR" };
        var truth = new Option<string?>("--ground-truth") { Description = "The folder of the four .mat files; looked for under --data when not given.", HelpName = "DIR" };
        var output = new Option<string?>("--out", "-o") { Description = "Where to write a model's predictions; runs/evaluate/MODEL-PROTOCOL when not given.", HelpName = "DIR" };
        var resume = new Option<bool>("--resume") { Description = "Keep the predictions that an interrupted run of the same model and protocol has written." };
        var threads = CommonOptions.Threads("Images detected at the same time.", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("evaluate", """
            Measure the average precision on the WIDER FACE validation set: easy, medium, hard.
            A folder that holds only some of the 3,226 images is evaluated on those; the result says so.

            Examples:
              secateur evaluate --model eresfd.safetensors --data WIDER --protocol multi-scale
              secateur evaluate --model eresfd.safetensors --data WIDER --resume --json
              secateur evaluate --predictions predictions --ground-truth WIDER/ground_truth
            """) { model, architecture, data, protocol, predictions, truth, output, resume, threads, json };
        command.Validators.Add(r =>
        {
            var fromModel = r.GetValue(model) is not null;
            var fromFiles = r.GetValue(predictions) is not null;
            if (fromModel == fromFiles) r.AddError("give either --model with --data, or --predictions with --ground-truth");
            else if (fromModel && r.GetValue(data) is null) r.AddError("--model needs --data, the WIDER FACE folder");
            else if (fromFiles && r.GetValue(truth) is null && r.GetValue(data) is null) r.AddError("--predictions needs --ground-truth, the folder of the .mat files");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var groundTruth = WiderGroundTruth.Load(parsed.GetValue(truth) ?? parsed.GetValue(data)!);
            var folder = parsed.GetValue(predictions);
            var name = "predictions";
            IReadOnlyCollection<WiderImageName>? images = null;
            if (parsed.GetValue(model) is { } path)
            {
                var chosen = parsed.GetValue(protocol)!;
                name = chosen;
                folder = parsed.GetValue(output) ?? Path.Combine("runs", "evaluate", $"{Path.GetFileNameWithoutExtension(path)}-{name}");
                var dataset = WiderFaceDataset.Open(parsed.GetValue(data)!, WiderFaceSplit.Validation);
                if (dataset.Images.IsEmpty) throw new UsageException($"{dataset.Root}: none of the {dataset.Listed} listed validation images is there");
                if (!dataset.Absent.IsEmpty) Report.Remark($"{dataset.Absent.Length} of {dataset.Listed} listed images are absent and left out, such as {dataset.Absent[0].Name}");
                if (dataset.Images.FirstOrDefault(i => groundTruth.Find(i.Name) is null) is { } unknown)
                    throw new UsageException($"{unknown.Name} of {dataset.Root} is no image of the ground truth; do they belong together?");
                var loaded = ModelFile.Read(path, parsed.GetValue(architecture));
                using var detector = new FaceDetector(loaded, DetectorOptions.Evaluation);
                Predict(dataset, detector, chosen, folder, parsed.GetValue(resume), parsed.GetValue(threads), cancellation);
                images = [.. dataset.Images.Select(i => i.Name)];
            }

            var result = ProgressBar.Run("evaluating", progress =>
                new WiderEvaluator(groundTruth) { Threads = parsed.GetValue(threads), Progress = new Forward(progress) }.EvaluateFolder(folder!, images, cancellation));
            Print(result, name, folder!, parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    private static void Predict(
        WiderFaceDataset dataset, FaceDetector detector, string protocol, string folder, bool resume, int threads, CancellationToken cancellation)
    {
        // The stored pixels, not the upright ones: the boxes of the benchmark are for them.
        var reading = new ImageReadOptions { ApplyOrientation = false };
        var madeBy = string.Create(CultureInfo.InvariantCulture, $"{protocol} test, confidence above {DetectorOptions.Evaluation.Confidence}, model {Digest(detector.Model)}");
        ProgressBar.Run("detecting", progress =>
            new WiderPredictionRun(folder, madeBy) { Workers = threads, Resume = resume, Progress = new Forward(progress) }.Run(
                dataset.Images,
                () => path =>
                {
                    var image = ImageFile.Read(path, reading);
                    return protocol == CommonOptions.MultiScale ? detector.DetectMultiScale(image) : detector.Detect(image);
                },
                cancellation));
    }

    /// <summary>Tells models apart by all that their predictions depend on: graph, weights, mean, anchors.</summary>
    private static string Digest(Model model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(model.Network.Head.AnchorAspect));
        hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(model.Network.Head.Pixels.Mean.AsSpan()));
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(NetworkJson.Write(model.Network)));
        foreach (var parameter in model.Network.Parameters)
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(model.Weights[parameter.Name].Data.AsSpan()));

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Print(WiderEvaluation result, string protocol, string folder, bool json)
    {
        if (json)
        {
            Report.Json(new
            {
                easy = result.Easy.AveragePrecision,
                medium = result.Medium.AveragePrecision,
                hard = result.Hard.AveragePrecision,
                result.Images,
                protocol,
                result.ListedImages,
                faces = new { easy = result.Easy.Faces, medium = result.Medium.Faces, hard = result.Hard.Faces },
                result.Predictions,
                predictionsFolder = folder,
            });
            return;
        }

        Report.Table(["setting", "AP", "faces"], [
            ["easy", Figures.Precision(result.Easy.AveragePrecision), Figures.Count(result.Easy.Faces)],
            ["medium", Figures.Precision(result.Medium.AveragePrecision), Figures.Count(result.Medium.Faces)],
            ["hard", Figures.Precision(result.Hard.AveragePrecision), Figures.Count(result.Hard.Faces)],
        ]);
        Report.Line();
        Report.Line($"{Figures.Count(result.Images)} of {Figures.Count(result.ListedImages)} images, protocol {protocol}, predictions in {folder}");
        if (result.Images < result.ListedImages) Report.Line("Only some of the validation images: not comparable with published figures.");
    }

    private sealed class Forward(IProgress<(int Done, int Total)> to) : IProgress<WiderProgress>
    {
        public void Report(WiderProgress value) => to.Report((value.Done, value.Total));
    }
}
