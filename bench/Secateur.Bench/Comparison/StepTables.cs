using Secateur.Bench.Inference;

namespace Secateur.Bench.Comparison;

/// <summary>Where the time goes, beside what the machine allows, as Markdown.</summary>
internal static class StepTables
{
    private const int Largest = 8;

    /// <summary>The kinds of steps of every profile, and the most expensive steps of the originals.</summary>
    public static IEnumerable<string> Sections(ComparisonResult result)
    {
        var roofline = new Roofline(result);
        return
        [
            "",
            "## Kinds of steps, 1 thread",
            "",
            "**MB** counts the maps that a step reads or writes, each once, halos included; weights are small beside them. **least ms** is the step's multiply-adds at",
            "the peak, or its bytes at the bandwidth of the smallest cache that holds them all, whichever takes longer; **of it** is how much of the measured time that",
            "is. What lies above 100 % found a shorter way, or its data nearer.",
            "",
            .. Kinds(roofline, result.Profiles),
            "",
            "## The most expensive steps of the originals, 1 thread",
            "",
            .. Steps(roofline, result.Profiles),
        ];
    }

    private static IEnumerable<string> Kinds(Roofline roofline, IReadOnlyList<Profile> profiles) => MarkdownTable.Lines(
        2,
        ["model", "kind", "steps", "ms", "share", "M multiply-adds", "MB", "G/s", "GB/s", "least ms", "of it"],
        [
            .. profiles.SelectMany(profile =>
            {
                var total = profile.Steps.Sum(s => s.Ms);
                return profile.Steps
                    .GroupBy(s => ProfileText.KindOf(s.Kind))
                    .OrderByDescending(g => g.Sum(s => s.Ms))
                    .Select(g => Row(roofline, profile, g.Key, [.. g], total))
                    .Append(Row(roofline, profile, "all", profile.Steps, total));
            }),
        ]);

    private static IEnumerable<string> Steps(Roofline roofline, IReadOnlyList<Profile> profiles) => MarkdownTable.Lines(
        3,
        ["model", "step", "kind", "ms", "share", "G/s", "GB/s", "least ms", "of it"],
        [
            .. profiles.Where(p => p.Form == SubjectForm.Original).SelectMany(profile => profile.Steps
                .OrderByDescending(s => s.Ms)
                .Take(Largest)
                .Select(s => (string[])
                [
                    profile.Name, s.Name, ProfileText.KindOf(s.Kind),
                    ComparisonTables.Milliseconds(s.Ms), ComparisonTables.Percent(s.Ms / profile.Steps.Sum(t => t.Ms)),
                    ComparisonTables.Number(s.Rate, 1), ComparisonTables.Number(s.Bytes / s.Ms / 1e6, 0),
                    ComparisonTables.Milliseconds(roofline.LeastMs(s)), ComparisonTables.Percent(roofline.LeastMs(s) / s.Ms),
                ])),
        ]);

    private static string[] Row(Roofline roofline, Profile profile, string kind, StepTime[] steps, double total)
    {
        var (ms, multiplyAdds, bytes, least) = (steps.Sum(s => s.Ms), steps.Sum(s => s.MultiplyAdds), steps.Sum(s => s.Bytes), steps.Sum(roofline.LeastMs));
        return
        [
            ProfileText.NameOf(profile), kind, $"{steps.Length}", ComparisonTables.Milliseconds(ms), ComparisonTables.Percent(ms / total),
            ComparisonTables.Number(multiplyAdds / 1e6, 1), ComparisonTables.Number(bytes / 1e6, 1),
            ComparisonTables.Number(multiplyAdds / ms / 1e6, 1), ComparisonTables.Number(bytes / ms / 1e6, 0),
            ComparisonTables.Milliseconds(least), ComparisonTables.Percent(least / ms),
        ];
    }
}
