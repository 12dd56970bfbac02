using System.Globalization;
using Secateur.Demo.Datasets;
using Secateur.Demo.Reports;
using Secateur.Detection;
using Secateur.Training.Charts;

namespace Secateur.Demo;

/// <summary>The page that tells what a demonstration did and measured.</summary>
internal static class DemoReport
{
    /// <summary>Makes the page.</summary>
    public static HtmlReport Create(DemoResult result)
    {
        var original = result.Models[0];
        var smallest = result.Models.MinBy(model => model.Parameters)!;
        var report = new HtmlReport("Secateur: a face detector, trained and pruned")
            .Lead(Text($"EResFD, trained from scratch on {result.TrainImages} drawn images, pruned with two criteria at {Rates(result)}, made smaller for real and measured on {result.ValidationImages} other drawn images."))
            .Note("The images are drawn, and the training was short. These numbers are what this run measured: they show how the method works, not how well a detector finds people. Seconds of training cannot tell close results apart; another seed may order them differently.")
            .Facts(
                (Count(original.Parameters), "parameters before"),
                (Count(smallest.Parameters), $"parameters of {smallest.Name}"),
                (Text($"{original.Milliseconds / smallest.Milliseconds:F2}x"), $"speed of {smallest.Name}"),
                (Precision(original.Hard), "AP of the original, all faces"),
                (Text($"{result.Stages.Sum(stage => stage.Seconds):F0} s"), "for everything below"))
            .Heading("Results")
            .Table(
                ["model", "rate", "parameters", "M multiply-adds", "AP easy", "AP medium", "AP hard", "ms", "kB"],
                [.. result.Models.Select(Row)])
            .Paragraph(Text($"AP: average precision at IoU 0.5, WIDER FACE's evaluation; easy: faces of {DrawnDataset.EasyHeight} pixels of height and more, medium {DrawnDataset.MediumHeight}, hard {DrawnDataset.HardHeight}. ms: median of a forward pass over one image of {result.TimedWidth} x {result.TimedHeight} pixels on one thread, the models taking turns. Pruned models are the compacted ones: their filters are gone, not zero; their outputs differ from those of the masked models by {result.Models.Max(model => model.CompactionDifference ?? 0):0.0e+0} at most (relative)."))
            .Figures(
                Chart("AP over rate", "filters removed, %", "AP, hard", result, model => model.Hard ?? double.NaN, "Average precision on all faces that count; the point at 0% is the original. The axis need not start at 0."),
                Chart("Time over rate", "filters removed, %", "ms", result, model => model.Milliseconds, "Median time of one image on one thread. The axis need not start at 0."),
                Losses("Training", [original], "Mean loss of each epoch, from scratch."),
                Losses("Pruning", [.. result.Models.Skip(1)], "Soft filter pruning, then fine-tuning with the removed filters frozen; each starts from the original, and so was trained for longer than that."));
        if (!result.Pictures.IsEmpty) report
            .Heading("What they find")
            .Paragraph(Text($"The validation scenes with the most faces. Boxes are shown from a score of {DetectorOptions.Default.Confidence} on; one is right where it overlaps a face by half or more."))
            .Pictures(result.Pictures);
        if (!result.Photo.IsEmpty) report
            .Heading("On your picture")
            .Paragraph("What the models find that come with Secateur: trained on photographs, not on drawn images.")
            .Pictures(result.Photo);
        return report
            .Heading("How it was made")
            .Table(["step", "seconds"], [.. result.Stages.Select(stage => (IReadOnlyList<string>)[stage.Name, Text($"{stage.Seconds:F1}")])])
            .Paragraph(Text($"Seed {result.Seed}, {result.Threads} threads. The same seed gives the same images, weights and AP whatever the number of threads; times differ from machine to machine."));
    }

    private static IReadOnlyList<string> Row(DemoModel model) =>
    [
        model.Name,
        Text($"{100 * model.Rate:0}%"),
        Count(model.Parameters),
        Text($"{model.MultiplyAdds / 1e6:F1}"),
        Precision(model.Easy),
        Precision(model.Medium),
        Precision(model.Hard),
        Text($"{model.Milliseconds:F2}"),
        Text($"{model.Bytes / 1e3:F0}"),
    ];

    private static ReportFigure Chart(string title, string xLabel, string yLabel, DemoResult result, Func<DemoModel, double> value, string caption)
    {
        var original = result.Models[0];
        var lines = result.Models.Skip(1).GroupBy(model => model.Criterion!).Select(group => new ChartSeries(
            group.Key.ToUpperInvariant(),
            [.. group.Prepend(original).OrderBy(model => model.Rate).Select(model => new ChartPoint(100 * model.Rate, value(model)))]));
        return Figure(title, xLabel, yLabel, lines, caption);
    }

    private static ReportFigure Losses(string title, IReadOnlyList<DemoModel> models, string caption)
    {
        var lines = models.Select(model => new ChartSeries(model.Name, [.. model.Losses.Select((loss, epoch) => new ChartPoint(epoch + 1, loss))]));
        return Figure(title, "epoch", "loss", lines, caption);
    }

    private static ReportFigure Figure(string title, string xLabel, string yLabel, IEnumerable<ChartSeries> lines, string caption) =>
        new(new LineChart { Title = title, XLabel = xLabel, YLabel = yLabel, Series = [.. lines], Width = 560, Height = 320 }.ToSvg(), caption);

    private static string Rates(DemoResult result) =>
        string.Join(" and ", result.Models.Select(model => model.Rate).Where(rate => rate > 0).Distinct().Order().Select(rate => Text($"{100 * rate:0}%")));

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Precision(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
