using System.Collections.Immutable;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Detection;
using Secateur.Training.Charts;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary>The evaluation on a data set with labels as the user sees it.</summary>
/// <param name="root">The data set.</param>
/// <param name="split">The split that was asked for; null for val where there is one, else train.</param>
/// <param name="backend">What runs the model.</param>
internal sealed class LabelledSession(string root, string? split, TrainingBackend backend)
{
    private const int MostPoints = 1000;

    /// <summary>Images at the same time.</summary>
    public required int Threads { get; init; }

    /// <summary>The chart to write; null for none.</summary>
    public required string? Plot { get; init; }

    /// <summary>Whether the result is printed as JSON.</summary>
    public required bool Json { get; init; }

    /// <summary>Detects in the images and measures; another model beside it where one is given.</summary>
    public void Evaluate((string Name, Model Model) model, (string Name, Model Model)? beside, string protocol, CancellationToken cancellation)
    {
        var chosen = split is null ? FaceDatasets.HasSplit(root, DatasetSplit.Validation) : split == "val";
        var data = FaceDatasets.Open(root, chosen ? DatasetSplit.Validation : DatasetSplit.Train);
        if (split is null && !chosen) Report.Remark($"{root} has no val split: evaluated on its train split");
        foreach (var finding in data.Lint.Findings) Report.Remark(finding.ToString());
        var result = Measure(model);
        Print(data, result, protocol, beside is { } other ? (other.Name, Measure(other)) : null);

        BoxPrecision Measure((string Name, Model Model) of)
        {
            using var detector = backend.CreateDetector(of.Model, DetectorOptions.Evaluation);
            var detections = ProgressBar.Run(beside is null ? "detecting" : $"detecting, {of.Name}", progress => DatasetDetections.Run(
                data.Images,
                image => protocol == CommonOptions.MultiScale ? detector.DetectMultiScale(image) : detector.Detect(image),
                Threads,
                (done, total) => progress.Report((done, total)),
                cancellation));
            if (detections.Problems is [var problem, ..])
                throw new InvalidFileException(root, $"{detections.Problems.Length} of {data.Images.Length} images cannot be read, so nothing is measured: {problem}");
            return BoxPrecision.Of(data.Images, [.. detections.Found.Select(f => f!)]);
        }
    }

    private void Print(FaceDataset data, BoxPrecision result, string protocol, (string Name, BoxPrecision Result)? beside)
    {
        if (Plot is not null)
        {
            var step = (result.Curve.Length / MostPoints) + 1;
            ImmutableArray<ChartPoint> points = [.. result.Curve.Where((_, i) => i % step == 0 || i == result.Curve.Length - 1).Select(p => new ChartPoint(p.Recall, p.Precision))];
            PrecisionChart.Write(Plot, $"{data.Layout}, {data.Split.ToString().ToLowerInvariant()}, {protocol}", [new ChartSeries($"IoU 0.5: AP {Figures.Precision(result.Ap50)}", points)]);
        }

        if (Json)
        {
            Report.Json(new
            {
                ap50 = result.Ap50,
                ap = result.Ap,
                images = data.Images.Length,
                protocol,
                device = backend.Device,
                layout = data.Layout,
                split = data.Split.ToString().ToLowerInvariant(),
                result.Faces,
                predictions = result.Detections,
                plot = Plot,
                beside = beside is var (name, other) ? new { model = name, ap50 = other.Ap50, ap = other.Ap } : null,
            });
            return;
        }

        if (beside is var (compared, than))
            Report.Table(["IoU", "AP", $"AP of {compared}", "difference"], [Row("0.5", result.Ap50, than.Ap50), Row("0.5 to 0.95", result.Ap, than.Ap)]);
        else
            Report.Table(["IoU", "AP"], [["0.5", Figures.Precision(result.Ap50)], ["0.5 to 0.95", Figures.Precision(result.Ap)]]);

        Report.Line();
        Report.Line($"{data.Layout}, {data.Split.ToString().ToLowerInvariant()}: {Figures.Count(data.Images.Length)} images, {Figures.Count(result.Faces)} faces, "
            + $"{Figures.Count(result.Detections)} detections, protocol {protocol}");
        if (Plot is not null) Report.Line($"{Plot}: precision over recall");

        static string[] Row(string iou, double? ap, double? other) => [iou, Figures.Precision(ap), Figures.Precision(other), Figures.Difference(ap, other)];
    }
}
