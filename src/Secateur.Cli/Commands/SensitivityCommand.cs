using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Pruning.Criteria;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Sensitivity;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur sensitivity</c>: how much each layer or layer group matters.</summary>
internal static class SensitivityCommand
{
    private const string ByGroup = "group";
    private const string ByLayer = "layer";
    private const int UsualImages = 128;
    private const string ExpectedRates = "rates above 0 and below 1, e.g. 0.1,0.3,0.5";

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var data = new Option<string>("--data") { Description = "The images to measure on: a data set as for training; its validation split where it has one.", HelpName = "DIR", Required = true };
        var images = CommonOptions.Count("--images", "No more images than these, spread over the split.", UsualImages);
        var rates = Rates();
        var by = CommonOptions.Choice("--group-by", "Prune one layer at a time, or one layer group.", [ByGroup, ByLayer], ByGroup);
        var group = LayerGroupOption.Create();
        var metric = CommonOptions.Choice("--metric", "loss: of location and class, on square images; ap: average precision, each image at its own size.", ["loss", "ap"], "loss");
        var criterion = CommonOptions.Choice("--criterion", $"Which filters go. {FilterCriteria.Description}.", [.. FilterCriteria.Names.Where(n => !FilterCriteria.Create(n, 0).NeedsGradients)], "fpgm");
        var size = CommonOptions.Count("--imgsz", "Side of the square images of --metric loss, in pixels.", 640, 16_384);
        var seed = CommonOptions.Number<int>("--seed", "The seed of the random criterion.", "N", "a whole number", _ => true, 0);
        var csv = new Option<string?>("--csv") { Description = "Write the points into this file.", HelpName = "FILE" };
        var plot = new Option<string?>("--plot") { Description = "Draw them into this file (SVG).", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Replace the files of --csv and --plot where there are such." };
        var device = ComputeDevice.Option("Where the model runs.");
        var threads = CommonOptions.Threads("Threads; the result does not depend on them.", Environment.ProcessorCount);
        var json = CommonOptions.Json();
        var command = new Command("sensitivity", """
            Prune one layer group at a time, in one shot and without training, and measure the validation loss or the average precision at each rate: which
            layers a network can spare. What is measured is written after each model, so that Ctrl-C leaves what there is.

            Examples:
              secateur sensitivity eresfd --data WIDER --plot sensitivity.svg
              secateur sensitivity eresfd --data WIDER --group-by layer --rates 0.25,0.5 --csv layers.csv
              secateur sensitivity extd64.safetensors --data WIDER --group early=base.0.*,base.1.* --group late=base.5.* --metric ap --images 50
            """) { source, architecture, data, images, rates, by, group, metric, criterion, size, seed, csv, plot, force, device, threads, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(by) == ByLayer && result.IsGiven(group)) result.AddError("--group means nothing to --group-by layer");
            else if (result.GetValue(metric) == "ap" && result.IsGiven(size)) result.AddError("--imgsz means nothing to --metric ap: each image has its own size");
            else if (result.GetValue(plot) is { } chart && !chart.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)) result.AddError($"--plot is '{chart}'; expected a file .svg");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var (path, table, chart) = (parsed.GetValue(source)!, parsed.GetValue(csv), parsed.GetValue(plot));
            foreach (var file in new[] { table, chart }.OfType<string>()) CommonOptions.RequirePlace(file, parsed.GetValue(force), path);
            var model = parsed.ReadFloats(source, architecture);
            var groups = parsed.GetValue(by) == ByLayer ? SensitivityAnalysis.LayersOf(model.Network) : parsed.Groups(group, model.Network);
            var settings = new SensitivitySettings
            {
                Rates = parsed.GetValue(rates),
                Criterion = parsed.GetValue(criterion)!,
                Metric = parsed.GetValue(metric) == "ap" ? SensitivityMetric.Ap : SensitivityMetric.Loss,
                ImageSize = parsed.GetValue(size),
                Seed = parsed.GetValue(seed),
                Threads = parsed.GetValue(threads),
            };
            using var computing = ComputeDevice.Open(parsed.GetValue(device));
            computing.Announce();
            var split = Open(parsed.GetValue(data)!).Thinned(parsed.GetValue(images));
            var result = ProgressBar.Run("measuring", progress => SensitivityAnalysis.Run(
                model, split, groups, settings, computing.Backend, Write, progress, (name, problem) => Report.Remark($"left out: {name}: {problem}"), cancellation));
            Print(result, settings, split, parsed.GetValue(json));
            return 0;

            void Write(SensitivityResult sofar)
            {
                if (table is not null) AtomicFile.Write(table, stream => stream.Write(Encoding.UTF8.GetBytes(sofar.ToCsv())));
                if (chart is not null) AtomicFile.Write(chart, stream => stream.Write(Encoding.UTF8.GetBytes(sofar.ToSvg())));
            }
        });
        return command;
    }

    private static FaceDataset Open(string root)
    {
        var split = FaceDatasets.HasSplit(root, DatasetSplit.Validation) ? DatasetSplit.Validation : DatasetSplit.Train;
        if (split == DatasetSplit.Train) Report.Remark($"{root} has no val split: measured on its train split");
        var data = FaceDatasets.Open(root, split);
        return data.FaceCount > 0 ? data : throw new InvalidFileException(root, $"none of the {data.Images.Length} images of its split has a face; {data.Lint}");
    }

    private static void Print(SensitivityResult result, SensitivitySettings settings, FaceDataset data, bool json)
    {
        if (json)
        {
            Report.Json(new
            {
                metric = result.Metric == SensitivityMetric.Ap ? "ap" : "loss",
                settings.Criterion,
                images = data.Images.Length,
                split = data.Split.ToString().ToLowerInvariant(),
                result.Whole,
                result.Points,
            });
            return;
        }

        ImmutableArray<double> rates = [.. result.Points.Select(p => p.Rate).Distinct().Order()];
        Report.Table(
            ["group", "filters", .. rates.Select(r => r.ToString(CultureInfo.InvariantCulture))],
            [.. result.Points.GroupBy(p => p.Group).Select(g => (IReadOnlyList<string>)[g.Key, $"{g.First().Filters}", .. g.OrderBy(p => p.Rate).Select(p => Value(p.Value))])]);
        Report.Line();
        Report.Line($"The model as given: {Value(result.Whole)}; {Figures.Count(data.Images.Length)} images");

        string Value(double value) => result.Metric == SensitivityMetric.Ap ? Figures.Precision(value) : Figures.Loss(value);
    }

    private static Option<ImmutableArray<double>> Rates() => new("--rates")
    {
        Description = "The rates to try.",
        HelpName = "R,R,..",
        DefaultValueFactory = _ => new SensitivitySettings().Rates,
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(',');
            ImmutableArray<double> read =
                [.. parts.Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and < 1 ? rate : double.NaN).Distinct().Order()];
            if (!read.Any(double.IsNaN)) return read;
            result.AddError($"--rates is '{result.Tokens[0].Value}'; expected {ExpectedRates}");
            return [];
        },
    };
}
