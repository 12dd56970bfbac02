using Secateur.Bench.Comparison;

namespace Secateur.Bench.Figures;

/// <summary>
/// The tables of a page, those that most readers come for: each stands between two comments, <c>&lt;!-- begin NAME --&gt;</c> and
/// <c>&lt;!-- end NAME --&gt;</c>.
/// </summary>
internal static class PageTables
{
    /// <summary>The tables by name.</summary>
    /// <param name="result">What was measured.</param>
    /// <param name="report">Where all of its tables are, as the page links it.</param>
    public static IReadOnlyDictionary<string, IEnumerable<string>> Of(ComparisonResult result, string report) =>
        new Dictionary<string, IEnumerable<string>>
        {
            ["machine"] = [.. ComparisonTables.Machine(result), $"* [all tables of this run]({report})"],
            ["networks"] = Networks(result),
            ["rates"] = Rates(result),
        };

    /// <summary>The page with new tables; all else stays.</summary>
    /// <exception cref="FormatException">A table has no place in the page.</exception>
    public static string Fill(string page, IReadOnlyDictionary<string, IEnumerable<string>> tables)
    {
        foreach (var (name, lines) in tables)
        {
            var (begin, end) = ($"<!-- begin {name} -->", $"<!-- end {name} -->");
            var start = page.IndexOf(begin, StringComparison.Ordinal);
            var stop = start < 0 ? -1 : page.IndexOf(end, start, StringComparison.Ordinal);
            if (stop < 0) throw new FormatException($"the page has no place for the table '{name}': {begin} and, after it, {end}");
            page = $"{page[..(start + begin.Length)]}\n\n{string.Join('\n', lines).Trim('\n')}\n\n{page[stop..]}";
        }

        return page;
    }

    /// <summary>Each file at the first size: as it is, or compacted where it came pruned.</summary>
    private static IEnumerable<string> Networks(ComparisonResult result)
    {
        var groups = result.Groups.Where(g => g.Size == result.Groups[0].Size).GroupBy(g => g.Name).ToArray();
        int[] threads = [.. groups.SelectMany(g => g.Select(t => t.Threads)).Distinct()];
        return MarkdownTable.Lines(
            1,
            ["network", .. threads.SelectMany(t => (string[])[$"ms, {ComparisonTables.Threads(t)}", "ORT ms", "time ratio"]), "least ms", "MB", "ORT MB"],
            [.. groups.Select(g => Row(result, [.. threads.Select(t => g.Single(at => at.Threads == t))]))]);
    }

    private static string[] Row(ComparisonResult result, ComparedGroup[] group)
    {
        ModelTime[] models = [.. group.Select(g => g.Models.FirstOrDefault(m => m is { Form: SubjectForm.Compacted, Rate: null }) ?? Original(g))];
        var profile = result.Profiles.Single(p => p.Name == group[0].Name && p.Form == models[0].Form && p.Rate == models[0].Rate && p.Height == group[0].Height);
        return
        [
            ProfileText.NameOf(profile),
            .. group.Zip(models, (g, m) => (string[])[ComparisonTables.Milliseconds(m.Ms.Median), .. PeerTimes(g.Peer, m)]).SelectMany(cells => cells),
            ComparisonTables.Milliseconds(profile.Steps.Sum(new Roofline(result).LeastMs)),
            ComparisonTables.Megabytes(models[0].MemoryBytes),
            group[0].Peer is { } peer ? ComparisonTables.Megabytes(peer.PeakBytes) : "-",
        ];
    }

    private static ModelTime Original(ComparedGroup group) => group.Models.First(m => m.Form == SubjectForm.Original);

    private static string[] PeerTimes(PeerTime? peer, ModelTime model) =>
        peer is null || model.Ratio is not { } ratio ? ["-", "-"] : [ComparisonTables.Milliseconds(peer.Ms.Median), ComparisonTables.Number(ratio.Median, 2)];

    /// <summary>What each rate of pruning leaves of a compacted network's time and file.</summary>
    private static IEnumerable<string> Rates(ComparisonResult result)
    {
        var groups = result.VariedGroups();
        return MarkdownTable.Lines(
            0,
            ["pruned", .. groups.SelectMany(g => (string[])[$"{g.Name} ms", "of the original's", "parameters", "kB"])],
            [
                .. groups.SelectMany(g => g.Models.Where(m => m.IsVaried).Select(m => m.Rate!.Value)).Distinct().Select(rate => (string[])
                [
                    ComparisonTables.Percent(rate),
                    .. groups.SelectMany(g => Left(Original(g), g.Models.First(m => m.IsVaried && m.Rate == rate))),
                ]),
            ]);
    }

    private static string[] Left(ModelTime original, ModelTime compacted) =>
    [
        ComparisonTables.Milliseconds(compacted.Ms.Median),
        ComparisonTables.Percent(compacted.Ms.Median / original.Ms.Median),
        ComparisonTables.Count(compacted.Parameters),
        ComparisonTables.Number(compacted.FileBytes / 1e3, 0),
    ];
}
