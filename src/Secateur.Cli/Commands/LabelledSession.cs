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

    /// <summary>Detects in the images and measures.</summary>
    public void Evaluate(Model model, string protocol, CancellationToken cancellation)
    {
        var chosen = split is null ? FaceDatasets.HasSplit(root, DatasetSplit.Validation) : split == "val";
        var data = FaceDatasets.Open(root, chosen ? DatasetSplit.Validation : DatasetSplit.Train);
        if (split is null && !chosen) Report.Remark($"{root} has no val split: evaluated on its train split");
        foreach (var finding in data.Lint.Findings) Report.Remark(finding.ToString());
        using var detector = backend.CreateDetector(model, DetectorOptions.Evaluation);
        var detections = ProgressBar.Run("detecting", progress => DatasetDetections.Run(
            data.Images,
            image => protocol == CommonOptions.MultiScale ? detector.DetectMultiScale(image) : detector.Detect(image),
            Threads,
            (done, total) => progress.Report((done, total)),
            cancellation));
        if (detections.Problems is [var problem, ..])
            throw new InvalidFileException(root, $"{detections.Problems.Length} of {data.Images.Length} images cannot be read, so nothing is measured: {problem}");
        Print(data, BoxPrecision.Of(data.Images, [.. detections.Found.Select(f => f!)]), protocol);
    }

    private void Print(FaceDataset data, BoxPrecision result, string protocol)
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
            });
            return;
        }

        Report.Table(["IoU", "AP"], [["0.5", Figures.Precision(result.Ap50)], ["0.5 to 0.95", Figures.Precision(result.Ap)]]);
        Report.Line();
        Report.Line($"{data.Layout}, {data.Split.ToString().ToLowerInvariant()}: {Figures.Count(data.Images.Length)} images, {Figures.Count(result.Faces)} faces, "
            + $"{Figures.Count(result.Detections)} detections, protocol {protocol}");
        if (Plot is not null) Report.Line($"{Plot}: precision over recall");
    }
}
