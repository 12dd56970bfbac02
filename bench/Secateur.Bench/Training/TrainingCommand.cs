using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Secateur.Bench.Devices;
using Secateur.Gpu.Devices;
using Secateur.Models;
using Secateur.Training.Engine;
using Secateur.Training.Runs;

namespace Secateur.Bench.Training;

/// <summary><c>training</c>: the cost of a training step.</summary>
internal static class TrainingCommand
{
    public static Command Create()
    {
        var architecture = new Argument<string>("NETWORK") { Description = $"The network: {string.Join(", ", Architectures.Names)}.", DefaultValueFactory = _ => Architectures.Names[0] };
        architecture.AcceptOnlyFromAmong([.. Architectures.Names]);
        var batch = Count("--batch", "Images a step.", 16);
        var size = Count("--imgsz", "Rows and columns of each image.", 640);
        var steps = Count("--steps", "Steps to measure.", 5);
        var threads = Count("--threads", "Threads of the engine, of the loss and of the data loader, each.", Environment.ProcessorCount);
        var chunks = Count("--chunks", "Chunks of each kernel call.", TrainingEngineOptions.UsualChunks);
        var data = new Option<string?>("--data") { Description = "Load and augment the training images of this data set; when not given, noise on the processor, drawn scenes on another device.", HelpName = "WIDER" };
        var limit = Number<double>("--memory-limit", "Gigabytes for feature maps and gradients; the engine's default when not given.", "GB", "a number above 0", n => n > 0);
        var device = Device();
        var kernels = new Option<bool>("--kernels") { Description = "With --device: measure what the device can do at best, and each kind of kernel." };
        var precision = new Option<Precision>("--precision") { Description = "With --device: fp32, or tf32 on NVIDIA GPUs.", HelpName = "fp32|tf32" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document." };
        var command = new Command("training", "Time whole training steps of a network with fresh weights: their stages and every kind of kernel; or, with --device, those of a GPU.")
        {
            architecture, batch, size, steps, threads, chunks, data, limit, device, precision, kernels, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(device) is { Kind: not DeviceKind.Cpu } name)
            {
                var measured = DeviceTraining.Run(new DeviceSettings(
                    parsed.GetValue(architecture)!,
                    name,
                    parsed.GetValue(batch),
                    parsed.GetValue(size),
                    parsed.GetValue(steps),
                    parsed.GetValue(threads),
                    parsed.GetValue(data),
                    parsed.GetValue(precision),
                    parsed.GetValue(kernels)));
                if (parsed.GetValue(json)) Report.Json(measured);
                else DeviceReport.Print(measured);
                return;
            }

            var bytes = parsed.GetValue(limit) is > 0 and var gigabytes ? (long?)(gigabytes * 1e9) : null;
            var result = TrainingBenchmark.Run(new TrainingSettings(
                parsed.GetValue(architecture)!,
                parsed.GetValue(batch),
                parsed.GetValue(size),
                parsed.GetValue(steps),
                parsed.GetValue(threads),
                parsed.GetValue(data),
                bytes,
                parsed.GetValue(chunks)));
            if (parsed.GetValue(json)) Report.Json(result);
            else Print(result);
        });
        return command;
    }

    private static Option<DeviceName> Device() => new("--device")
    {
        Description = "Where the steps run.",
        HelpName = "cpu|cuda[:N]|opencl[:N]|emulator",
        DefaultValueFactory = _ => new DeviceName(DeviceKind.Cpu),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DeviceName.TryParse(text, out var name) && name.Kind != DeviceKind.Auto) return name;
            result.AddError($"--device is '{text}'; expected cpu, cuda, cuda:N, opencl, opencl:N or emulator");
            return default;
        },
    };

    private static Option<int> Count(string name, string description, int initial)
    {
        var option = Number<int>(name, description, "N", "a whole number from 1", n => n >= 1);
        option.DefaultValueFactory = _ => initial;
        return option;
    }

    private static Option<T> Number<T>(string name, string description, string helpName, string expected, Func<T, bool> holds)
        where T : struct, INumber<T>
    {
        return new Option<T>(name) { Description = description, HelpName = helpName, CustomParser = Parse };

        T Parse(ArgumentResult result)
        {
            var text = result.Tokens[0].Value;
            if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && T.IsFinite(value) && holds(value)) return value;
            result.AddError($"{name} is '{text}'; expected {expected}");
            return default;
        }
    }

    private static void Print(TrainingResult result)
    {
        var (settings, mean, kernelMs) = (result.Settings, result.StepMs.Average(), result.Kernels.Sum(k => k.Ms));
        Report.Line($"{settings.Architecture}, batch {settings.Batch} at {settings.ImageSize} x {settings.ImageSize}, {settings.Threads} threads, {settings.Chunks} chunks, {settings.Data ?? "noise"}");
        Report.Line();
        Report.Line($"* step: median {result.MedianMs:F1} ms, {result.StepMs.Min():F1} to {result.StepMs.Max():F1} ms; {result.ImagesPerSecond:F2} images/s");
        Report.Line($"* processor time: {result.ProcessorMs:F1} ms a step, all threads together");
        Report.Line($"* memory: workspace {result.WorkspaceBytes / 1e9:F2} GB, peak of the process {result.PeakResidentBytes / 1e9:F2} GB");
        Report.Line($"* loss: {result.FirstLoss:F3} in the first step, {result.LastLoss:F3} in the last");
        Report.Line();
        Report.Table(
            1,
            ["stage", "ms", "share"],
            [.. result.Stages.Select(s => (string[])[s.Stage, $"{s.Ms:F1}", $"{s.Ms / mean:P1}"])]);
        Report.Line();
        Report.Table(
            2,
            ["kernel", "pass", "calls", "ms", "share"],
            [
                .. result.Kernels.Select(k => (string[])[k.Kernel, k.Pass, $"{k.Calls}", $"{k.Ms:F1}", $"{k.Share:P1}"]),
                ["all", "", $"{result.Kernels.Sum(k => k.Calls)}", $"{kernelMs:F1}", $"{1.0:P1}"],
            ]);
    }
}
