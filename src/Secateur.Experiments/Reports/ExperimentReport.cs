using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Secateur.Demo.Reports;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Results;
using Secateur.Training.Charts;

namespace Secateur.Experiments.Reports;

/// <summary>The report of an experiment, of whatever is there so far: <c>report.html</c>, <c>tables.md</c>, the tables as CSV, the figures as SVG.</summary>
public static class ExperimentReport
{
    /// <summary>The page in the report's folder.</summary>
    public const string Page = "report.html";

    private const int Photos = 3;

    /// <summary>Writes it into the experiment's folder <c>report</c>; files of an earlier report are replaced.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="progress">Told the parts done and in all.</param>
    /// <param name="cancellation">Stops between two parts.</param>
    /// <returns>The page.</returns>
    /// <exception cref="InvalidFileException">A result or a model is damaged.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static string Write(Experiment experiment, Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        var rows = ModelRow.Read(experiment);
        var networks = experiment.Plan.Networks;
        Directory.CreateDirectory(experiment.Report);
        var precision = networks.Select(n => PaperTable.Precision(n, rows)).ToArray();
        var compacted = networks.Select(n => PaperTable.Compacted(n, rows, experiment.Plan.Timing)).ToArray();
        foreach (var (network, i) in networks.Select((n, i) => (n, i)))
        {
            Text($"table-{network}.csv", precision[i].ToCsv());
            Text($"compacted-{network}.csv", compacted[i].ToCsv());
        }

        Text("models.csv", PaperTable.All(rows).ToCsv());
        var (lead, note) = (Lead(experiment.Plan), Note(experiment, rows));
        Text("tables.md", $"{lead}\n\n{note}\n\n" + string.Join('\n', precision.Zip(compacted, (a, b) => a.ToMarkdown() + "\n" + b.ToMarkdown())));
        var figures = Figures(experiment, rows);
        foreach (var figure in figures) Text(figure.Name, figure.Svg);
        var report = new HtmlReport("Filter pruning of lightweight face detectors")
            .Lead(lead)
            .Note(note);
        foreach (var table in precision) report.Heading(table.Title).Table(table.Header, [.. table.Rows.Select(r => (IReadOnlyList<string>)r)]);
        if (experiment.Plan.Seeds.Length > 1) report.Paragraph($"Mean ± standard deviation (n - 1) over {experiment.Plan.Seeds.Length} seeds.");
        report.Paragraph("Parameters: learnable ones that are not zero. Real sparsity: zero ones over all. The last columns: tables 1 and 2 of arXiv 2311.16613, all of WIDER FACE's 12,880 training and 3,226 validation images, multi-scale test, and in brackets the difference of what was measured here.");
        foreach (var table in compacted) report.Heading(table.Title).Table(table.Header, [.. table.Rows.Select(r => (IReadOnlyList<string>)r)]);
        report.Paragraph("Compacted: zeroed filters are gone, not zero. Milliseconds: median of a forward pass, the masked, the compacted and the original model taking turns. Last: the largest difference of the compacted model's AP to the masked one's.");
        report.Heading("Size and precision");
        foreach (var wide in figures.Where(f => f.IsWide)) report.Figures(new ReportFigure(wide.Svg, wide.Caption));
        report.Figures([.. figures.Where(f => !f.IsWide).Select(f => new ReportFigure(f.Svg, f.Caption))]);
        report.Paragraph("Other detectors: as their authors, or the paper, published them, on all validation images; docs/data/detectors.csv names the source of every figure.");
        AddPhotos(experiment, rows, report, progress, cancellation);
        AddJobs(experiment, report);
        var page = Path.Combine(experiment.Report, Page);
        report.Write(page);
        return page;

        void Text(string name, string text) => AtomicFile.Write(Path.Combine(experiment.Report, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private sealed record NamedFigure(string Name, string Svg, string Caption, bool IsWide);

    private static ImmutableArray<NamedFigure> Figures(Experiment experiment, ImmutableArray<ModelRow> rows)
    {
        var figures = ImmutableArray.CreateBuilder<NamedFigure>();
        figures.Add(new NamedFigure("figure-2.svg", SizeFigure.ToSvg("Figure 2: size and AP, easy", "easy", rows, r => r.Masked?.Easy, d => d.Easy), "Parameters that are not zero, as the paper counts them.", IsWide: true));
        figures.Add(new NamedFigure("figure-3.svg", SizeFigure.ToSvg("Figure 3: size and AP, hard", "hard", rows, r => r.Masked?.Hard, d => d.Hard), "The same in the hard setting.", IsWide: true));
        figures.Add(new NamedFigure("figure-3-compacted.svg", SizeFigure.ToSvg("Compacted: size and AP, hard", "hard", rows, r => r.Compacted?.Hard, d => d.Hard, compacted: true), "Parameters that the compacted models really have.", IsWide: true));
        foreach (var network in experiment.Plan.Networks)
        {
            figures.Add(new NamedFigure($"rate-{network}.svg", OverRate(network, rows, "AP, hard", r => r.Masked?.Hard), $"{network}: average precision over the rate; the mean over seeds.", IsWide: false));
            figures.Add(new NamedFigure($"time-{network}.svg", OverRate(network, rows, "ms", r => r.Measured?.Compacted.Milliseconds), $"{network}: time of one image, compacted.", IsWide: false));
        }

        return figures.ToImmutable();
    }

    private static string OverRate(string network, ImmutableArray<ModelRow> rows, string label, Func<ModelRow, double?> value)
    {
        var here = rows.Where(r => r.Name.Network == network).ToArray();
        var lines = here.Where(r => !r.Name.IsOriginal).GroupBy(r => r.Name.Criterion!).Select(group => new ChartSeries(
            group.Key.ToUpperInvariant(),
            [.. here.Where(r => r.Name.IsOriginal).Concat(group).GroupBy(r => r.Name.Rate).OrderBy(g => g.Key).Select(g => new ChartPoint(100 * g.Key, Spread.Of(g.Select(value)).Mean ?? double.NaN))]));
        return new LineChart { Title = $"{network}: {label} over rate", XLabel = "filters removed, %", YLabel = label, Series = [.. lines], Width = 560, Height = 320 }.ToSvg();
    }

    private static void AddPhotos(Experiment experiment, ImmutableArray<ModelRow> rows, HtmlReport report, Action<int, int>? progress, CancellationToken cancellation)
    {
        var shown = experiment.Plan.Networks.Select(n => PhotoFigure.Shown(n, rows)).Where(s => !s.IsEmpty).ToArray();
        if (shown.Length == 0) return;
        report.Heading("Figures 1, 4 and 5: what they find")
            .Paragraph("The same photos by the original, the least and the most pruned model. A face is found (green) where a box of score 0.5 and more overlaps it by half or more, else missed (red); boxes elsewhere, where no face counts, are yellow.");
        try
        {
            var photos = Photo.Of(experiment, Photos);
            var (done, total) = (0, photos.Length * shown.Length);
            foreach (var (photo, models) in from photo in photos from models in shown select (photo, models))
            {
                cancellation.ThrowIfCancellationRequested();
                report.Pictures([.. PhotoFigure.Create(experiment, photo, models)]);
                progress?.Invoke(++done, total);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The figures are there all the same.
            report.Note($"Pictures are missing: {error.Message}");
        }
    }

    private static void AddJobs(Experiment experiment, HtmlReport report)
    {
        var board = JobBoard.Read(experiment).Where(s => s.Job.Kind != JobKind.Report).ToArray();
        report.Heading("Jobs").Paragraph($"{board.Count(s => s.State == JobState.Done)} of {board.Length} done.");
        var open = board.Where(s => s.State != JobState.Done).ToArray();
        if (open.Length > 0) report.Table(["job", "state", "why"], [.. open.Select(s => (IReadOnlyList<string>)[s.Job.Id, s.State.ToString().ToLowerInvariant(), s.Problem ?? ""])]);
    }

    private static string Lead(ExperimentPlan plan)
    {
        var what = plan.Published.IsEmpty
            ? $"{string.Join(" and ", plan.Networks)}, pruned with {string.Join(" and ", plan.Criteria.Select(c => c.ToUpperInvariant()))} at {string.Join(", ", plan.Rates.Select(r => (r * 100).ToString("0.##", CultureInfo.InvariantCulture)))} %"
            : "The paper's published checkpoints, measured as they are";
        return $"{what}; evaluated on {(plan.Drawn is null ? "WIDER FACE's validation images" : "drawn images")} ({plan.Protocol} test), masked and compacted. The tables and figures are those of arXiv 2311.16613.";
    }

    private static string Note(Experiment experiment, ImmutableArray<ModelRow> rows)
    {
        var plan = experiment.Plan;
        var evaluated = rows.Select(r => r.Masked).OfType<EvaluatedModel>().FirstOrDefault();
        var images = evaluated is null ? "Nothing is evaluated yet." : evaluated.Images < evaluated.ListedImages || plan.Drawn is not null || plan.Protocol != ExperimentPlan.MultiScale
            ? FormattableString.Invariant($"Evaluated on {evaluated.Images:N0} of {evaluated.ListedImages:N0} images{(plan.Drawn is null ? "" : ", which are drawn")}, {plan.Protocol} test: not comparable with published figures.")
            : FormattableString.Invariant($"Evaluated on all {evaluated.Images:N0} validation images.");
        if (!plan.Published.IsEmpty) return images;
        if (rows.Sum(r => r.Made?.LeftOut ?? 0) is > 0 and var leftOut) images += FormattableString.Invariant($" In {leftOut:N0} cases an image could not be read and was not trained on (left-out.txt of the jobs).");
        var training = plan.Training;
        return images + FormattableString.Invariant($" Schedule: {training.SoftEpochs} soft pruning and {training.FinetuneEpochs} fine-tuning epochs (the paper: 200 and 10), batch {training.Batch} at {training.ImageSize} x {training.ImageSize}, seeds {string.Join(", ", plan.Seeds)}.");
    }
}
