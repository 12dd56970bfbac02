using System.CommandLine;
using Secateur.Models;
using Secateur.Runtime;

namespace Secateur.Bench.Detection;

/// <summary><c>detection</c>: what the steps after the network cost.</summary>
internal static class DetectionCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file or a checkpoint of a detector." };
        var height = new Option<int>("--height") { Description = "Rows of the picture.", DefaultValueFactory = _ => 480 };
        var width = new Option<int>("--width") { Description = "Columns.", DefaultValueFactory = _ => 640 };
        var runs = new Option<int>("--runs") { Description = "Measured detections.", DefaultValueFactory = _ => 100 };
        var crowd = new Option<int>("--crowd") { Description = "Cells that take themselves for a face in the crowd.", DefaultValueFactory = _ => 1000 };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("detection", "Time the network and what follows it on one thread.") { model, height, width, runs, crowd, json };
        command.SetAction(parsed =>
        {
            var engine = new InferenceEngine(ModelFile.Read(parsed.GetValue(model)!));
            var timer = new DetectionTimer(engine, parsed.GetValue(height), parsed.GetValue(width), parsed.GetValue(runs));
            DetectionTime[] times = [timer.Scene(), timer.Crowd(parsed.GetValue(crowd))];
            if (parsed.GetValue(json)) Report.Json(times);
            else Print(times);
        });
        return command;
    }

    private static void Print(DetectionTime[] times) => Report.Table(
        1,
        ["picture", "faces", "network ms", "after it µs", "share"],
        [.. times.Select(t => (string[])[t.Picture, $"{t.Faces}", $"{t.NetworkMs:F2}", $"{t.AfterUs:F1}", $"{t.AfterUs / t.NetworkMs / 1000:P2}"])]);
}
