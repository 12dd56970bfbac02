using System.Collections.Immutable;
using System.Globalization;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Results;

namespace Secateur.Experiments.Reports;

/// <summary>
/// Tables 1 and 2 of arXiv 2311.16613 with the figures of an experiment, the paper's beside them, and what the paper lacks: the compacted model.
/// </summary>
internal static class PaperTable
{
    private static readonly ImmutableArray<string> Order = ["extd64", "eresfd"];

    /// <summary>What the table of a network is called.</summary>
    public static string TitleOf(string network) => Order.IndexOf(network) is >= 0 and var number ? $"Table {number + 1}: {network}" : $"Table: {network}";

    /// <summary>The masked models beside what the paper prints: a row for each criterion and rate, over all seeds.</summary>
    public static ReportTable Precision(string network, IEnumerable<ModelRow> rows) => new(
        TitleOf(network),
        ["model", "parameters", "real sparsity", "AP easy", "medium", "hard", "paper: parameters", "easy (here - paper)", "medium", "hard"],
        [.. Grouped(network, rows).Select(group =>
        {
            var printed = Facts.Paper.FirstOrDefault(p => (p.Network, p.Criterion, p.Rate) == (network, group.Key.Criterion, group.Key.Rate));
            var (easy, medium, hard) = (Of(group, r => r.Masked?.Easy), Of(group, r => r.Masked?.Medium), Of(group, r => r.Masked?.Hard));
            return ImmutableArray.Create(
                Title(group),
                Of(group, r => r.Measured?.Masked.NonZeroParameters).Format("N0"),
                Of(group, r => r.Measured is { } m ? 1 - (m.Masked.NonZeroParameters / (double)m.Masked.Parameters) : null).Format("P2"),
                easy.Format("F4"),
                medium.Format("F4"),
                hard.Format("F4"),
                printed?.Parameters.ToString("N0", CultureInfo.InvariantCulture) ?? "-",
                Beside(easy, printed?.Easy),
                Beside(medium, printed?.Medium),
                Beside(hard, printed?.Hard));
        })]);

    /// <summary>The compacted models.</summary>
    public static ReportTable Compacted(string network, IEnumerable<ModelRow> rows, TimingPlan timing) => new(
        FormattableString.Invariant($"{network}, compacted: what the paper lacks ({timing.Height} x {timing.Width}, one thread)"),
        ["model", "parameters", "G multiply-adds", "kB", "ms", "masked", "time / original", "AP easy", "medium", "hard", "to masked, at most"],
        [.. Grouped(network, rows).Select(group => ImmutableArray.Create(
            Title(group),
            Of(group, r => r.Measured?.Compacted.Parameters).Format("N0"),
            Of(group, r => r.Measured?.Compacted.Macs / 1e9).Format("F4"),
            Of(group, r => r.Measured?.Compacted.Bytes / 1e3).Format("F0"),
            Of(group, r => r.Measured?.Compacted.Milliseconds).Format("F2"),
            Of(group, r => r.Measured?.Masked.Milliseconds).Format("F2"),
            Of(group, r => r.Measured is { } m ? m.Compacted.Milliseconds / (group.Key.IsOriginal ? m.Masked.Milliseconds : m.OriginalMilliseconds) : null).Format("F3"),
            Of(group, r => r.Compacted?.Easy).Format("F4"),
            Of(group, r => r.Compacted?.Medium).Format("F4"),
            Of(group, r => r.Compacted?.Hard).Format("F4"),
            LargestDifference(group)))]);

    /// <summary>Every model by itself, with all digits.</summary>
    public static ReportTable All(IEnumerable<ModelRow> rows) => new(
        "All models",
        [
            "network", "criterion", "rate", "seed", "filters", "zero_filters", "parameters", "non_zero_parameters", "macs", "bytes", "ms", "easy", "medium", "hard", "images", "listed_images",
            "compacted_parameters", "compacted_macs", "compacted_bytes", "compacted_ms", "compacted_easy", "compacted_medium", "compacted_hard", "original_ms", "max_relative_difference", "left_out", "device", "machine", "source",
        ],
        [.. rows.Select(r => new object?[]
        {
            r.Name.Network, r.Name.Criterion, r.Name.Rate, r.Name.Seed, r.Measured?.Filters, r.Measured?.ZeroFilters, r.Measured?.Masked.Parameters, r.Measured?.Masked.NonZeroParameters,
            r.Measured?.Masked.Macs, r.Measured?.Masked.Bytes, r.Measured?.Masked.Milliseconds, r.Masked?.Easy, r.Masked?.Medium, r.Masked?.Hard, r.Masked?.Images, r.Masked?.ListedImages,
            r.Measured?.Compacted.Parameters, r.Measured?.Compacted.Macs, r.Measured?.Compacted.Bytes, r.Measured?.Compacted.Milliseconds, r.Compacted?.Easy, r.Compacted?.Medium, r.Compacted?.Hard,
            r.Measured?.OriginalMilliseconds, r.Made?.MaxRelativeDifference, r.Made?.LeftOut, r.Made?.Device, r.Measured?.Machine, r.Made?.Source is { } source ? Path.GetFileName(source) : null,
        }.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "").ToImmutableArray())]);

    private static IEnumerable<IGrouping<ModelName, ModelRow>> Grouped(string network, IEnumerable<ModelRow> rows) =>
        rows.Where(r => r.Name.Network == network).GroupBy(r => r.Name with { Seed = null });

    /// <summary>The model, and how many of its seeds are there so far, if not all.</summary>
    private static string Title(IGrouping<ModelName, ModelRow> group)
    {
        var (done, all) = (group.Count(r => r.Masked is not null), group.Count());
        return group.Key.Title + (done > 0 && done < all ? $" ({done} of {all} seeds)" : "");
    }

    private static Spread Of(IEnumerable<ModelRow> rows, Func<ModelRow, double?> value) => Spread.Of(rows.Select(value));

    /// <summary>What the paper prints, with the difference of what was measured to it.</summary>
    private static string Beside(Spread measured, double? printed) => printed is not { } value ? "-"
        : value.ToString("F4", CultureInfo.InvariantCulture) + (measured.Mean is { } mean ? (mean - value).ToString(" (+0.0000); (-0.0000); (0.0000)", CultureInfo.InvariantCulture) : "");

    private static string LargestDifference(IEnumerable<ModelRow> rows)
    {
        var differences = rows.Where(r => r.Masked is not null && r.Compacted is not null)
            .SelectMany(r => new[] { r.Masked!.Easy - r.Compacted!.Easy, r.Masked.Medium - r.Compacted.Medium, r.Masked.Hard - r.Compacted.Hard })
            .OfType<double>().Select(Math.Abs).ToArray();
        return differences.Length == 0 ? "-" : differences.Max().ToString("0.0e+0", CultureInfo.InvariantCulture);
    }
}
