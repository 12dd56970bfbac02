using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Demo;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur demo</c>: the whole story on drawn images.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out", "-o")
        {
            Description = "The folder to write; what an earlier demo wrote there is replaced.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "demo",
        };
        var defaults = new DemoOptions();
        var seed = CommonOptions.Number<int>("--seed", "The seed of everything random; the same one gives the same models.", "N", "a whole number", _ => true, defaults.Seed);
        var threads = CommonOptions.Threads("Threads; only the times depend on them.", defaults.Threads);
        var photo = new Option<string?>("--photo") { Description = "Show on this picture what the models find that come with Secateur.", HelpName = "FILE" };
        var json = CommonOptions.Json();
        var command = new Command("demo", """
            The whole story in about two minutes on two cores, with nothing but this program: draws a data set of scenes with faces, trains EResFD from
            scratch, prunes it with two criteria at two rates, removes the pruned filters, evaluates and times it all, and writes report.html.

            Examples:
              secateur demo
              secateur demo --photo photo.jpg
              secateur demo --out demo-7 --seed 7 --threads 2
            """) { output, seed, threads, photo, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var options = new DemoOptions { Seed = parsed.GetValue(seed), Threads = parsed.GetValue(threads), Photo = parsed.GetValue(photo) };
            var silent = parsed.GetValue(json);
            var result = DemoDisplay.Run(silent, progress => DemoRun.Run(parsed.GetValue(output)!, options, progress, cancellation));
            Write(result, silent);
            return 0;
        });
        return command;
    }

    /// <summary>Prints what was measured.</summary>
    internal static void Write(DemoResult result, bool json)
    {
        if (json)
        {
            Report.Json(Document(result));
            return;
        }

        Report.Table(
            ["model", "parameters", "AP easy", "medium", "hard", "ms", "kB"],
            [.. result.Models.Select(m => (IReadOnlyList<string>)
            [
                m.Name,
                Figures.Count(m.Parameters),
                Figures.Precision(m.Easy),
                Figures.Precision(m.Medium),
                Figures.Precision(m.Hard),
                Figures.Milliseconds(m.Milliseconds),
                Figures.Count(m.Bytes / 1000),
            ])]);
        Report.Line($"Drawn images and a short training: this shows how the method works, not how well it finds people. ms: one image of {result.TimedWidth} x {result.TimedHeight}, one thread.");
        Report.Line($"{result.Report}: figures and pictures");
    }

    private static object Document(DemoResult result) => new
    {
        result.Report,
        result.Seed,
        result.Threads,
        result.TrainImages,
        result.ValidationImages,
        imgsz = new[] { result.TimedHeight, result.TimedWidth },
        models = result.Models.Select(m => new
        {
            m.Name,
            m.Path,
            m.Criterion,
            m.Rate,
            m.Parameters,
            macs = m.MultiplyAdds,
            m.Bytes,
            apEasy = m.Easy,
            apMedium = m.Medium,
            apHard = m.Hard,
            medianMs = m.Milliseconds,
            m.CompactionDifference,
            m.Losses,
        }),
        result.Stages,
    };
}
