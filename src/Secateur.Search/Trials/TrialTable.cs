using System.Collections.Immutable;
using System.Globalization;
using Secateur.Training.Charts;

namespace Secateur.Search.Trials;

/// <summary>A trial that is done.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Objective">What is minimised; null where it diverged.</param>
public sealed record TrialOutcome(Trial Trial, TrialResult Result, double? Objective);

/// <summary>The trials as they are shown.</summary>
internal static class TrialTable
{
    /// <summary>A line a trial, with a column for each group's rate.</summary>
    public static string ToCsv(SearchSettings settings, ImmutableArray<TrialOutcome> outcomes)
    {
        var header = string.Join(',', ["trial", "origin", .. settings.Groups.Select(g => g.Name), "size", "loss_l", "loss_c", "objective"]);
        var rows = outcomes.Select(o =>
        {
            object?[] cells = [o.Trial.Number, o.Trial.Origin, .. o.Trial.Rates.Cast<object?>(), o.Trial.Size, o.Result.LossL, o.Result.LossC, o.Objective];
            return string.Join(',', cells.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)));
        });
        return string.Concat(rows.Prepend(header).Select(line => line + "\n"));
    }

    /// <summary>The objective of each trial, and the lowest so far.</summary>
    public static string ToSvg(ImmutableArray<TrialOutcome> outcomes)
    {
        var lowest = double.PositiveInfinity;
        var best = new List<ChartPoint>();
        foreach (var outcome in outcomes)
        {
            lowest = Math.Min(lowest, outcome.Objective ?? double.PositiveInfinity);
            best.Add(new ChartPoint(outcome.Trial.Number, lowest));
        }

        return new LineChart
        {
            Title = "Search for the rates of layer groups",
            XLabel = "trial",
            YLabel = "loss with penalty",
            WholeX = true,
            XRange = (1, outcomes.Length),
            Series =
            [
                new ChartSeries("lowest so far", [.. best]),
                new ChartSeries("trials", [.. outcomes.Select(o => new ChartPoint(o.Trial.Number, o.Objective ?? double.NaN))]) { IsScatter = true },
            ],
        }.ToSvg();
    }
}
