using Secateur.Bench.Comparison;
using Secateur.Bench.Inference;

namespace Secateur.Bench.Figures;

/// <summary>The tables of a page: each stands between two comments, <c>&lt;!-- begin NAME --&gt;</c> and <c>&lt;!-- end NAME --&gt;</c>.</summary>
internal static class PageTables
{
    /// <summary>The tables by name.</summary>
    public static IReadOnlyDictionary<string, IEnumerable<string>> Of(ComparisonResult result, IReadOnlyList<Profile> profiles) =>
        new Dictionary<string, IEnumerable<string>>
        {
            ["machine"] = ComparisonTables.Machine(result),
            ["comparison"] = ComparisonTables.Sections(result),
            ["steps"] = Steps(new Roofline(result), profiles),
            ["largest"] = Largest(new Roofline(result), profiles),
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

    private static IEnumerable<string> Steps(Roofline roofline, IReadOnlyList<Profile> profiles) => MarkdownTable.Lines(
        2,
        ["model", "kind", "steps", "ms", "share", "M multiply-adds", "MB", "G/s", "GB/s", "least ms", "of it"],
        [
            .. profiles.SelectMany(profile =>
            {
                var total = profile.Steps.Sum(s => s.Ms);
                return profile.Steps
                    .GroupBy(s => FigureText.KindOf(s.Kind))
                    .OrderByDescending(g => g.Sum(s => s.Ms))
                    .Select(g => Row(roofline, profile, g.Key, [.. g], total))
                    .Append(Row(roofline, profile, "all", profile.Steps, total));
            }),
        ]);

    private static IEnumerable<string> Largest(Roofline roofline, IReadOnlyList<Profile> profiles)
    {
        const int shown = 8;
        return MarkdownTable.Lines(
            3,
            ["model", "step", "kind", "ms", "share", "G/s", "GB/s", "least ms", "of it"],
            [
                .. profiles.Where(p => p.Form == SubjectForm.Original).SelectMany(profile => profile.Steps
                    .OrderByDescending(s => s.Ms)
                    .Take(shown)
                    .Select(s => (string[])
                    [
                        profile.Name, s.Name, FigureText.KindOf(s.Kind), ComparisonTables.Milliseconds(s.Ms), ComparisonTables.Percent(s.Ms / profile.Steps.Sum(t => t.Ms)),
                        ComparisonTables.Number(s.Rate, 1), ComparisonTables.Number(s.Bytes / s.Ms / 1e6, 0),
                        ComparisonTables.Milliseconds(roofline.LeastMs(s)), ComparisonTables.Percent(roofline.LeastMs(s) / s.Ms),
                    ])),
            ]);
    }

    private static string[] Row(Roofline roofline, Profile profile, string kind, StepTime[] steps, double total)
    {
        var (ms, multiplyAdds, bytes, least) = (steps.Sum(s => s.Ms), steps.Sum(s => s.MultiplyAdds), steps.Sum(s => s.Bytes), steps.Sum(roofline.LeastMs));
        return
        [
            FigureText.NameOf(profile), kind, $"{steps.Length}", ComparisonTables.Milliseconds(ms), ComparisonTables.Percent(ms / total),
            ComparisonTables.Number(multiplyAdds / 1e6, 1), ComparisonTables.Number(bytes / 1e6, 1),
            ComparisonTables.Number(multiplyAdds / ms / 1e6, 1), ComparisonTables.Number(bytes / ms / 1e6, 0),
            ComparisonTables.Milliseconds(least), ComparisonTables.Percent(least / ms),
        ];
    }
}
