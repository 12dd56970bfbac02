using System.Collections.Immutable;
using Secateur.Experiments.Results;
using Secateur.Training.Charts;

namespace Secateur.Experiments.Reports;

/// <summary>Figures 2 and 3 of arXiv 2311.16613: model size against average precision, with other detectors.</summary>
internal static class SizeFigure
{
    /// <summary>A figure.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="setting">The setting of WIDER FACE, in words.</param>
    /// <param name="rows">The models of the experiment.</param>
    /// <param name="measured">Their average precision.</param>
    /// <param name="published">That of other detectors.</param>
    /// <param name="compacted">Whether to count the parameters of the compacted models, or those of the masked ones that are not zero.</param>
    public static string ToSvg(
        string title, string setting, IEnumerable<ModelRow> rows, Func<ModelRow, double?> measured, Func<PublishedDetector, double?> published, bool compacted = false)
    {
        var series = ImmutableArray.CreateBuilder<ScatterSeries>();
        series.Add(new ScatterSeries("as published", [.. Facts.Detectors.Select(d => (new ChartPoint(d.Parameters, published(d) ?? double.NaN), d.Name))]));
        foreach (var line in rows.Where(r => r.Measured is not null && !r.Name.IsOriginal).GroupBy(r => (r.Name.Network, r.Name.Criterion)))
        {
            var points = line.GroupBy(r => r.Name.Rate).OrderBy(g => g.Key).Select(g => (Point(g), $"{g.First().Name.Percent}%"));
            series.Add(new ScatterSeries($"{line.Key.Network} {line.Key.Criterion!.ToUpperInvariant()}, here", [.. points], Joined: true));
        }

        var originals = rows.Where(r => r.Measured is not null && r.Name.IsOriginal).GroupBy(r => r.Name.Network).Select(g => (Point(g), $"{g.Key}, here"));
        series.Add(new ScatterSeries("originals, here", [.. originals]));
        return new ScatterChart { Title = title, XLabel = "parameters (logarithmic)", YLabel = $"AP, {setting}", Series = series.ToImmutable() }.ToSvg();

        ChartPoint Point(IEnumerable<ModelRow> models) => new(
            Spread.Of(models.Select(r => (double?)(compacted ? r.Measured!.Compacted.Parameters : r.Measured!.Masked.NonZeroParameters))).Mean!.Value,
            Spread.Of(models.Select(measured)).Mean ?? double.NaN);
    }
}
