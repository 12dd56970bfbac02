using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Models;
using Secateur.Pruning.Compaction;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur compact</c>: removes zeroed filters for real.</summary>
internal static class CompactCommand
{
    private const int TimedRuns = 20;

    public static Command Create() => Create(Compactor.Compact);

    /// <param name="compact">What makes the compacted model; whatever it is, its result is checked.</param>
    internal static Command Create(Func<Model, Model> compact)
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var output = CommonOptions.Out("The compacted model to write; MODEL-compact.safetensors in the current folder when not given.");
        var size = CommonOptions.ImageSize();
        var force = CommonOptions.Force();
        var json = CommonOptions.Json();
        var command = new Command("compact", """
            Remove the zeroed filters of a masked model, exactly: the file gets smaller, the network faster, its output stays the same.
            The equality is checked on sample images first; when it fails, nothing is written.

            Examples:
              secateur compact ERES50_FPGM.safetensors
              secateur compact pruned.safetensors --out small.safetensors --imgsz 240x320
            """) { source, architecture, output, size, force, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var path = parsed.GetValue(source)!;
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, "-compact");
            CommonOptions.RequirePlace(target, parsed.GetValue(force), path);
            var masked = parsed.ReadFloats(source, architecture);
            var imgsz = parsed.GetValue(size);
            var (compacted, difference) = Compact(path, masked);
            var report = CompactionReport.Of(masked, compacted, imgsz.Height, imgsz.Width);
            InferenceEngine[] engines = [new(masked), new(compacted)];
            var times = ProgressBar.Run("timing both models", progress => LatencyBenchmark.Run(engines, imgsz.Height, imgsz.Width, 1, TimedRuns, progress, cancellation));
            cancellation.ThrowIfCancellationRequested();
            ModelFile.Write(target, compacted);
            var before = new Side(report.Before, ModelSource.CountBytes(path), times[0].Latency.Median);
            var after = new Side(report.After, new FileInfo(target).Length, times[1].Latency.Median);
            if (parsed.GetValue(json))
            {
                Report.Json(new { output = target, imgsz = new[] { imgsz.Height, imgsz.Width }, before, after, maxRelativeDifference = difference });
                return 0;
            }

            Report.Table(["", "before", "after", "ratio"], [
                Row("parameters", before.Parameters, after.Parameters),
                Row("  not zero", before.NonZeroParameters, after.NonZeroParameters),
                Row("  stored values", before.StoredValues, after.StoredValues),
                Row($"multiply-adds, {imgsz}", before.Macs, after.Macs),
                Row("bytes", before.Bytes, after.Bytes),
                ["milliseconds, 1 thread", Figures.Milliseconds(before.Milliseconds), Figures.Milliseconds(after.Milliseconds), Ratio(before.Milliseconds, after.Milliseconds)],
            ]);
            Report.Line();
            Report.Line($"{target}: same output (largest relative difference {Figures.Exponent(difference)})");
            return 0;
        });
        return command;

        VerifiedCompaction Compact(string path, Model masked)
        {
            try
            {
                return VerifiedCompaction.Of(masked, compact);
            }
            catch (InvalidOperationException error)
            {
                throw new InvalidOperationException($"{path}: nothing was written, because {error.Message}", error);
            }
        }
    }

    private static string[] Row(string name, long before, long after) => [name, Figures.Count(before), Figures.Count(after), Ratio(before, after)];

    private static string Ratio(double before, double after) => before == 0 ? "-" : FormattableString.Invariant($"{after / before:F3}");

    /// <summary>One column of the comparison.</summary>
    private sealed record Side(int Parameters, int NonZeroParameters, long StoredValues, long Macs, long Bytes, double Milliseconds)
    {
        public Side(ModelSize size, long bytes, double milliseconds)
            : this(size.Parameters, size.NonZeroParameters, size.StoredValues, size.Macs, bytes, milliseconds)
        {
        }
    }
}
