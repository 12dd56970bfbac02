using System.CommandLine;
using Secateur.Bench.Machine;
using Secateur.Models;
using Secateur.Runtime;

namespace Secateur.Bench.Inference;

/// <summary><c>layers</c>: where the time of a forward pass goes.</summary>
internal static class LayersCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file or a checkpoint." };
        var height = new Option<int>("--height") { Description = "Rows of the input.", DefaultValueFactory = _ => 480 };
        var width = new Option<int>("--width") { Description = "Columns of the input.", DefaultValueFactory = _ => 640 };
        var runs = new Option<int>("--runs") { Description = "Measured passes.", DefaultValueFactory = _ => 20 };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("layers", "Time every step of a model's inference plan on one thread.") { model, height, width, runs, json };
        command.SetAction(parsed =>
        {
            var engine = new InferenceEngine(ModelFile.Read(parsed.GetValue(model)!));
            var level = engine.Lowered.Level;
            var peak = MachinePeak.Measure(level);
            var steps = PlanTimer.Run(engine, parsed.GetValue(height), parsed.GetValue(width), parsed.GetValue(runs));
            if (parsed.GetValue(json)) Report.Json(new { Level = level, PeakRate = peak, Steps = steps });
            else Print(steps, peak);
        });
        return command;
    }

    private static void Print(StepTime[] steps, double peak)
    {
        var (ms, work) = (steps.Sum(s => s.Ms), steps.Sum(s => s.MultiplyAdds));
        Report.Table(
            2,
            ["step", "kind", "ms", "least", "share", "M multiply-adds", "MB", "G/s", "of peak"],
            [.. steps.Select(s => (string[])[s.Name, s.Kind, $"{s.Ms:F3}", $"{s.LeastMs:F3}", $"{s.Ms / ms:P1}", $"{s.MultiplyAdds / 1e6:F2}", $"{s.Bytes / 1e6:F2}", $"{s.Rate:F1}", $"{s.Rate / peak:P0}"])]);
        Report.Line();
        Report.Line($"{ms:F2} ms (at best {steps.Sum(s => s.LeastMs):F2}), {work / 1e9:F3} G multiply-adds: {work / ms / 1e6:F1} G/s, {work / ms / 1e6 / peak:P0} of the measured peak of {peak:F1} G/s");
    }
}
