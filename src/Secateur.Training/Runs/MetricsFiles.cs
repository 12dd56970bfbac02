using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Secateur.Training.Charts;

namespace Secateur.Training.Runs;

/// <summary>The files that show how a run went. Each is written anew, so that they hold exactly the epochs of the state that a run continues from.</summary>
internal static class MetricsFiles
{
    public static void Write(RunFolder folder, ImmutableArray<EpochMetrics> rows)
    {
        Write(folder.Csv, [rows[0].CsvHeader, .. rows.Select(r => r.ToCsv())]);
        Write(folder.JsonLines, rows.Select(r => JsonSerializer.Serialize(r, MetricsJson.Default.EpochMetrics)));
        var svg = Curves(rows);
        AtomicFile.Write(folder.Curves, stream => stream.Write(Encoding.UTF8.GetBytes(svg)));
    }

    private static void Write(string path, IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(l => l + "\n"));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static string Curves(ImmutableArray<EpochMetrics> rows)
    {
        LineChart Chart(string title, string label, ImmutableArray<ChartSeries> series) => new()
        {
            Title = title,
            XLabel = "epoch",
            YLabel = label,
            XRange = (1, rows.Length),
            WholeX = true,
            Series = [.. series.Where(s => !s.Points.IsEmpty)],
            Height = 260,
        };

        var loss = Chart("Loss", "loss", [
            Series("location", rows, r => r.LossL), Series("class", rows, r => r.LossC),
            Series("location, validation", rows, r => r.ValLossL), Series("class, validation", rows, r => r.ValLossC),
            Series("distillation", rows, r => r.DistillationLoss), Series("distillation, images held out", rows, r => r.ValDistillationLoss),
        ]);
        var precision = Chart("Average precision on the validation split, single-scale", "AP", [
            Series("mean", rows, r => r.Ap), Series("easy", rows, r => r.ApEasy), Series("medium", rows, r => r.ApMedium), Series("hard", rows, r => r.ApHard),
        ]);
        var rate = Chart("Learning rate", "log10", [Series("learning rate", rows, r => Math.Log10(r.LearningRate))]);
        var sparsity = Chart("Sparsity", "share of zeros", [Series("zero parameters", rows, r => r.Sparsity)]);
        ImmutableArray<LineChart> measured = rows[0].DistillationLoss is null ? [loss, precision] : [loss];
        return LineChart.Stack([.. measured, rate, .. rows.Any(r => r.Sparsity > 0) ? [sparsity] : Array.Empty<LineChart>()]);
    }

    private static ChartSeries Series(string name, ImmutableArray<EpochMetrics> rows, Func<EpochMetrics, double?> value) =>
        new(name, [.. rows.Where(r => value(r) is not null).Select(r => new ChartPoint(r.Epoch, value(r)!.Value))]);
}

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(EpochMetrics))]
internal sealed partial class MetricsJson : JsonSerializerContext;
