using System.Collections.Immutable;
using Secateur.Bench.Comparison;
using Secateur.Training.Charts;

namespace Secateur.Bench.Figures;

/// <summary>Latency against the rate of pruning: a chart for each network.</summary>
internal static class LatencyChart
{
    public static string Draw(IEnumerable<ComparedGroup> groups) => LineChart.Stack([.. groups.Select(Chart)]);

    private static LineChart Chart(ComparedGroup group)
    {
        var rated = group.Models.Where(m => m.Rate is not null).ToArray();
        var lines = new List<ChartSeries>
        {
            new("compacted", Points(rated, SubjectForm.Compacted)),
            new("masked", Points(rated, SubjectForm.Masked)),
        };
        if (group.Peer is { } peer)
            lines.Add(new ChartSeries("ONNX Runtime", [.. rated.Select(m => new ChartPoint(100 * m.Rate!.Value, peer.Ms.Median)).Distinct()]));
        return new LineChart
        {
            Title = $"{group.Name}, {group.Size}, {ComparisonTables.Threads(group.Threads)}",
            XLabel = "pruned filters, %",
            YLabel = "ms",
            YRange = (0, 0),
            Series = [.. lines],
            Height = 280,
        };
    }

    private static ImmutableArray<ChartPoint> Points(ModelTime[] models, SubjectForm form) =>
        [.. models.Where(m => m.Form == form || m.Form == SubjectForm.Original).Select(m => new ChartPoint(100 * m.Rate!.Value, m.Ms.Median))];
}
