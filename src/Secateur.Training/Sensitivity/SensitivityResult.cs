using System.Collections.Immutable;
using System.Globalization;
using Secateur.Training.Charts;

namespace Secateur.Training.Sensitivity;

/// <summary>What pruning one layer group alone does to a model.</summary>
/// <param name="Group">The group.</param>
/// <param name="Rate">The rate.</param>
/// <param name="Pruned">Filters of the group that are zeroed.</param>
/// <param name="Filters">All its filters.</param>
/// <param name="Value">The metric; not finite where the model diverges.</param>
public sealed record SensitivityPoint(string Group, double Rate, int Pruned, int Filters, double Value);

/// <summary>The metric of a model against the rate at which one layer group at a time is pruned.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Whole">Of the model as given.</param>
/// <param name="Points">Group by group, then rate by rate; fewer where the measuring was stopped.</param>
public sealed record SensitivityResult(SensitivityMetric Metric, double Whole, ImmutableArray<SensitivityPoint> Points)
{
    /// <summary>As CSV: a line a point, the model as given first.</summary>
    public string ToCsv()
    {
        string Line(SensitivityPoint p) => string.Create(CultureInfo.InvariantCulture, $"{p.Group},{p.Rate},{p.Pruned},{p.Filters},{p.Value}\n");
        return $"group,rate,pruned,filters,{MetricName}\n" + Line(new SensitivityPoint("", 0, 0, 0, Whole)) + string.Concat(Points.Select(Line));
    }

    /// <summary>As a chart: six lines each, since more could not be told apart.</summary>
    public string ToSvg()
    {
        const int mostLines = 6;
        var series = Points.GroupBy(p => p.Group).Select(g => new ChartSeries(g.Key, [new ChartPoint(0, Whole), .. g.Select(p => new ChartPoint(p.Rate, p.Value))])).ToList();
        LineChart Chart(IEnumerable<ChartSeries> lines) => new()
        {
            Title = Metric == SensitivityMetric.Loss ? "Validation loss when one group is pruned" : "Average precision when one group is pruned",
            XLabel = "rate",
            YLabel = MetricName,
            XRange = (0, 1),
            Series = [.. lines],
        };
        return LineChart.Stack(series.Count == 0 ? [Chart([])] : [.. series.Chunk(mostLines).Select(Chart)]);
    }

    private string MetricName => Metric == SensitivityMetric.Loss ? "loss" : "ap";
}
