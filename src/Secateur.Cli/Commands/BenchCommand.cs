using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Runtime;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur bench</c>: latency of models side by side.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var sources = CommonOptions.Argument<string[]>("MODEL", $"Models to compare, each {ModelSource.Description}; their runs alternate.");
        sources.Arity = ArgumentArity.OneOrMore;
        var architecture = CommonOptions.Architecture();
        var size = CommonOptions.ImageSize();
        var threads = CommonOptions.Threads("Threads of each run.", 1);
        var runs = CommonOptions.Count("--runs", "Timed runs of each model.", 50);
        var json = CommonOptions.Json();
        var command = new Command("bench", """
            Time the forward pass of models, preprocessing included, on one random image.

            Examples:
              secateur bench eresfd eresfd-50
              secateur bench pruned.safetensors pruned-compact.safetensors
              secateur bench eresfd --imgsz 480x640 --threads 2 --runs 100 --json
            """) { sources, architecture, size, threads, runs, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var imgsz = parsed.GetValue(size);
            var paths = parsed.GetValue(sources)!;
            var engines = paths.Select(path => new InferenceEngine(ModelSource.Read(path, parsed.GetValue(architecture)))).ToArray();
            var times = ProgressBar.Run("timing", progress => LatencyBenchmark.Run(
                engines, imgsz.Height, imgsz.Width, parsed.GetValue(threads), parsed.GetValue(runs), progress, cancellation));
            var results = paths.Select((path, i) =>
            {
                var macs = engines[i].CountMacs(imgsz.Height, imgsz.Width);
                var latency = times[i].Latency;
                return new Result(
                    path,
                    latency.Median,
                    latency.Minimum,
                    latency.P95,
                    macs,
                    macs / 1e6 / latency.Median,
                    times[i].WorkspaceBytes + engines[i].WeightBytes,
                    [imgsz.Height, imgsz.Width],
                    parsed.GetValue(threads),
                    parsed.GetValue(runs));
            }).ToArray();
            if (parsed.GetValue(json))
            {
                Report.Json(results);
                return 0;
            }

            Report.Table(
                ["model", "median ms", "min ms", "p95 ms", "G MACs", "G MACs/s", "MB"],
                [.. results.Select(r => (IReadOnlyList<string>)
                [
                    Path.GetFileName(r.Model),
                    Figures.Milliseconds(r.MedianMs),
                    Figures.Milliseconds(r.MinMs),
                    Figures.Milliseconds(r.P95Ms),
                    Figures.Giga(r.Macs),
                    FormattableString.Invariant($"{r.GmacsPerSecond:F1}"),
                    FormattableString.Invariant($"{r.PeakBytes / 1e6:F1}"),
                ])]);
            return 0;
        });
        return command;
    }

    /// <summary>One model's row; peak bytes are those of its feature maps and weights.</summary>
    private sealed record Result(
        string Model,
        double MedianMs,
        double MinMs,
        double P95Ms,
        long Macs,
        double GmacsPerSecond,
        long PeakBytes,
        int[] Imgsz,
        int Threads,
        int Runs);
}
