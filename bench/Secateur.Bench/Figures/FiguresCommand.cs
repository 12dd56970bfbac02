using System.CommandLine;
using System.Text.Json;
using Secateur.Bench.Comparison;

namespace Secateur.Bench.Figures;

/// <summary><c>figures</c>: pictures and tables of what <c>compare</c> measured.</summary>
internal static class FiguresCommand
{
    // Figures show the structure at its most different: nothing pruned, and the most that was.
    private const double ShownRate = 0.5;

    public static Command Create()
    {
        var results = new Argument<string>("RESULTS.json") { Description = "What compare --results wrote." };
        var output = new Option<string>("--out") { Description = "The folder for the pictures.", HelpName = "DIR", Required = true };
        var page = new Option<string?>("--page") { Description = "A Markdown page whose tables are written again, between <!-- begin NAME --> and <!-- end NAME -->.", HelpName = "FILE" };
        var command = new Command("figures", """
            Draw what compare measured, as SVG: latency against the rate of pruning, the shares of the steps, and the roofline.

            Example:
              figures bench/results/CPU/2026-01-31-1200-0123456789.json --out docs/pictures --page docs/performance.md
            """) { results, output, page };
        command.SetAction(parsed =>
        {
            var source = parsed.GetValue(results)!;
            var result = Read(source);
            var profiles = result.Profiles.Where(p => p.Form == SubjectForm.Original || p.Rate is null or ShownRate).ToArray();
            var folder = parsed.GetValue(output)!;
            Directory.CreateDirectory(folder);
            if (result.VariedGroups() is { Length: > 0 } pruned) Write(folder, "performance-latency.svg", LatencyChart.Draw(pruned));
            else Console.Error.WriteLine("no picture of latency against the rate: no original was measured");
            Write(folder, "performance-steps.svg", StepBars.Draw(profiles));
            Write(folder, "performance-roofline.svg", RooflineChart.Draw(result, [.. profiles.Where(p => p.Form == SubjectForm.Original)]));
            if (parsed.GetValue(page) is not { } path) return;
            var report = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(path))!, Path.ChangeExtension(Path.GetFullPath(source), ".md"));
            File.WriteAllText(path, PageTables.Fill(File.ReadAllText(path), PageTables.Of(result, report.Replace('\\', '/'))));
            Console.Error.WriteLine($"written: {path}");
        });
        return command;
    }

    private static ComparisonResult Read(string path)
    {
        try
        {
            var result = Report.FromJson<ComparisonResult>(File.ReadAllText(path));
            if (result.Format != ComparisonResult.CurrentFormat) throw new JsonException($"its format is '{result.Format}', expected '{ComparisonResult.CurrentFormat}'");
            return result;
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(path, $"is no result of compare: {error.Message}", error);
        }
    }

    private static void Write(string folder, string name, string svg)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, svg);
        Console.Error.WriteLine($"written: {path}");
    }
}
