using Secateur.Cli.Output;
using Secateur.Experiments.Evaluation;
using Secateur.Training.Charts;
using Secateur.Training.Runs;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;

namespace Secateur.Cli.Commands;

/// <summary>The evaluation of WIDER FACE as the user sees it.</summary>
/// <param name="truth">The faces to find.</param>
internal sealed class WiderSession(WiderGroundTruth truth)
{
    private static readonly string[] Marks = ["wider_face_split", "WIDER_val", "ground_truth", "eval_tools", "wider_face_val.mat"];

    /// <summary>Images at the same time.</summary>
    public required int Threads { get; init; }

    /// <summary>The chart to write; null for none.</summary>
    public required string? Plot { get; init; }

    /// <summary>Whether the result is printed as JSON.</summary>
    public required bool Json { get; init; }

    /// <summary>Whether a folder is one of WIDER FACE, rather than another data set.</summary>
    public static bool IsFor(string root) =>
        !Directory.Exists(root) || Marks.Any(part => Path.Exists(Path.Combine(root, part)));

    /// <summary>Evaluates submission files.</summary>
    public void EvaluateFolder(string folder, bool partial, CancellationToken cancellation)
    {
        var files = WiderPredictionFolder.Open(folder, truth);
        var result = Evaluate(files, partial ? files.Images : null, cancellation);
        if (!files.Unmatched.IsEmpty)
            Report.Remark($"{Figures.Count(files.Unmatched.Length)} files are for no image of the ground truth and count for nothing, such as {files.Unmatched[0]}");
        if (!files.Missing.IsEmpty)
        {
            Report.Remark($"{Figures.Count(files.Missing.Length)} of {Figures.Count(truth.Images.Length)} images have no file, such as {files.Missing[0]}: "
                + (partial ? "left out (--partial)" : "nothing counts as found there (--partial leaves them out)"));
        }

        Print(result, "predictions", null, folder);
    }

    /// <summary>Detects in the images that are there, writes the submission files, and evaluates them; another model's beside them where one is given.</summary>
    public void EvaluateModel(TrainingBackend backend, EvaluatedModel model, EvaluatedModel? beside, string root, string protocol, bool resume, CancellationToken cancellation)
    {
        var test = WiderTest.Of(root, protocol, truth);
        var images = test.Images;
        if (!images.Absent.IsEmpty) Report.Remark($"{images.Absent.Length} of {truth.Images.Length} listed images are absent and left out, such as {images.Absent[0]}");
        if (!images.Unknown.IsEmpty) Report.Remark($"{images.Unknown.Length} files are no image of the ground truth and left out, such as {Path.GetRelativePath(root, images.Unknown[0])}");
        var result = Run(model);
        Print(result, protocol, backend.Device, model.Folder, beside, beside is null ? null : Run(beside));

        WiderEvaluation Run(EvaluatedModel of) =>
            ProgressBar.Run(beside is null ? "detecting" : $"detecting, {of.Name}", progress => test.Run(of.Read(), backend, of.Folder, resume, Threads, progress, cancellation));
    }

    private WiderEvaluation Evaluate(WiderPredictionFolder files, IReadOnlyCollection<WiderImageName>? images, CancellationToken cancellation) =>
        ProgressBar.Run("evaluating", progress => new WiderEvaluator(truth) { Threads = Threads, Progress = new Forward(progress) }.Evaluate(files, images, cancellation));

    private void Print(WiderEvaluation result, string protocol, string? device, string folder, EvaluatedModel? beside = null, WiderEvaluation? other = null)
    {
        (string Name, WiderSettingEvaluation Result)[] settings = [("easy", result.Easy), ("medium", result.Medium), ("hard", result.Hard)];
        if (Plot is not null)
        {
            PrecisionChart.Write(Plot, $"WIDER FACE, {protocol}", settings.Select(s =>
                new ChartSeries($"{s.Name}: AP {Figures.Precision(s.Result.AveragePrecision)}", [.. s.Result.Curve.Select(p => new ChartPoint(p.Recall, p.Precision))])));
        }

        if (Json)
        {
            Report.Json(new
            {
                easy = result.Easy.AveragePrecision,
                medium = result.Medium.AveragePrecision,
                hard = result.Hard.AveragePrecision,
                result.Images,
                protocol,
                device,
                result.ListedImages,
                faces = new { easy = result.Easy.Faces, medium = result.Medium.Faces, hard = result.Hard.Faces },
                result.Predictions,
                predictionsFolder = folder,
                plot = Plot,
                beside = other is null ? null : new
                {
                    model = beside!.Name,
                    easy = other.Easy.AveragePrecision,
                    medium = other.Medium.AveragePrecision,
                    hard = other.Hard.AveragePrecision,
                    predictionsFolder = beside.Folder,
                },
            });
            return;
        }

        if (other is null)
        {
            Report.Table(["setting", "AP", "faces"], [.. settings.Select(s => (IReadOnlyList<string>)[s.Name, Figures.Precision(s.Result.AveragePrecision), Figures.Count(s.Result.Faces)])]);
        }
        else
        {
            Report.Table(
                ["setting", "AP", $"AP of {beside!.Name}", "difference", "faces"],
                [.. settings.Zip([other.Easy, other.Medium, other.Hard], (s, o) => (IReadOnlyList<string>)
                    [s.Name, Figures.Precision(s.Result.AveragePrecision), Figures.Precision(o.AveragePrecision), Figures.Difference(s.Result.AveragePrecision, o.AveragePrecision), Figures.Count(s.Result.Faces)])]);
        }

        Report.Line();
        Report.Line($"{Figures.Count(result.Images)} of {Figures.Count(result.ListedImages)} images, protocol {protocol}, predictions in {folder}");
        if (result.Images < result.ListedImages) Report.Line("Only some of the validation images: not comparable with published figures.");
        if (Plot is not null) Report.Line($"{Plot}: precision over recall");
    }

    private sealed class Forward(IProgress<(int Done, int Total)> to) : IProgress<WiderProgress>
    {
        public void Report(WiderProgress value) => to.Report((value.Done, value.Total));
    }
}

/// <summary>A model that is evaluated on WIDER FACE.</summary>
/// <param name="Name">As the user gave it.</param>
/// <param name="Read">Reads it.</param>
/// <param name="Folder">Where its submission files go.</param>
internal sealed record EvaluatedModel(string Name, Func<Model> Read, string Folder);
