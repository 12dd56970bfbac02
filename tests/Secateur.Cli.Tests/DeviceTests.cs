using System.CommandLine.Completions;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secateur.Gpu.Devices;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>devices</c>, and commands with <c>--device</c>.</summary>
public sealed class DeviceTests : CliTest
{
    private static readonly string[] Quick = ["--data", "data", "--imgsz", "64", "--batch", "2", "--threads", "1"];

    public DeviceTests()
    {
        SpotDataset.Write("data", train: 5, validation: 2);
        TinyDetector.Write("tiny.safetensors");
    }

    [Fact]
    public void Devices_are_listed_the_processor_first()
    {
        var lines = ConsoleRun.Text("devices").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches("^name +model +memory +usable$", lines[0].TrimEnd());
        Assert.Matches($@"^cpu .+, {Environment.ProcessorCount} threads +\d+\.\d GB +yes$", lines[1].TrimEnd());
        var json = ConsoleRun.Json("devices");
        var devices = json.GetProperty("devices").EnumerateArray().ToArray();
        HasKeys(devices[0], "name", "model", "threads", "memoryBytes", "usable", "problem");
        Assert.Equal(["cpu", .. DeviceList.Find().Select(d => d.Name.ToString())], devices.Select(d => d.GetProperty("name").GetString()));
        Assert.All(devices, d => Assert.Equal(d.GetProperty("usable").GetBoolean(), d.GetProperty("problem").ValueKind == JsonValueKind.Null));
        Assert.Equal(Environment.ProcessorCount, devices[0].GetProperty("threads").GetInt32());

        // Each kind has a device, or a line that says why not.
        foreach (var (kind, words, name) in new[] { (DeviceKind.Cuda, "CUDA", "cuda"), (DeviceKind.OpenCl, "OpenCL", "opencl") })
        {
            var isMissing = DeviceList.Find(kind).Count == 0;
            Assert.Equal(isMissing, lines.Contains($"No {words} device: {DeviceList.WhyNone(kind)}"));
            Assert.Equal(isMissing, json.GetProperty("missing").EnumerateArray().Any(m => m.GetProperty("kind").GetString() == name));
        }
    }

    [Theory]
    [InlineData("train eresfd --data data --device gpu", "--device is 'gpu'; expected auto, cpu, cuda, cuda:N, opencl or opencl:N")]
    [InlineData("train eresfd --data data --device cuda:x", "--device is 'cuda:x'")]
    [InlineData("evaluate --model tiny.safetensors --data data --device cpu:1", "--device is 'cpu:1'")]
    [InlineData("train eresfd --data data --precision fp16", "--precision is 'fp16'; expected one of fp32, tf32")]
    [InlineData("train eresfd --data data --device cpu --precision tf32", "tensor cores of NVIDIA GPUs compute (--device cuda), not cpu")]
    [InlineData("prune tiny.safetensors --rate 0.5 --data data --device opencl --precision tf32", "--precision tf32")]
    [InlineData("prune tiny.safetensors --rate 0.5 --device cpu", "--device needs --data")]
    [InlineData("prune tiny.safetensors --rate 0.5 --precision fp32", "--precision needs --data")]
    [InlineData("prune tiny.safetensors --rate 0.5 --data data --epochs 0 --device cpu", "--device means nothing to --criterion fpgm in one shot")]
    [InlineData("evaluate --predictions found --data data --device cpu", "--device means nothing to --predictions")]
    public void Wrong_words_and_places_are_usage_errors(string line, string problem)
    {
        FailsAndWritesNothing(line.Split(' '), problem);
        Assert.Equal(2, ConsoleRun.Of(line.Split(' ')).Code);
    }

    [Theory]
    [InlineData("train eresfd --data data --device cuda:99")]
    [InlineData("train eresfd --data data --device opencl:99")]
    [InlineData("prune tiny.safetensors --rate 0.5 --data data --device opencl:99")]
    [InlineData("prune tiny.safetensors --rate 0.5 --data data --epochs 0 --criterion taylor --device opencl:99")]
    [InlineData("evaluate --model tiny.safetensors --data data --device opencl:99")]
    public void A_device_that_is_not_there_is_told_before_anything_is_written(string line)
    {
        var before = Files();
        var run = ConsoleRun.Of(line.Split(' '));
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains($"there is no device {line.Split(' ')[^1]}: ", Assert.Single(run.Errors), StringComparison.Ordinal);
        Assert.Contains("secateur devices lists what there is", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public void The_option_is_completed_and_help_does_not_name_the_emulator()
    {
        var option = CommandLine.Parse(["train"]).CommandResult.Command.Options.Single(o => o.Name == "--device");
        Assert.Equal(["auto", "cpu", "cuda", "opencl"], option.CompletionSources.SelectMany(complete => complete(CompletionContext.Empty)).Select(c => c.Label));
        Assert.All(["train", "prune", "evaluate"], command => Assert.DoesNotContain("emulator", ConsoleRun.Text(command, "--help"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_processor_is_named_in_results_alone()
    {
        var run = ConsoleRun.Of(["prune", "tiny.safetensors", "--rate", "0.5", .. Quick, "--epochs", "1", "--finetune-epochs", "1", "--device", "cpu", "--json"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.DoesNotContain("Device", run.Error, StringComparison.Ordinal);
        Assert.Equal("cpu", Device(run));
    }

    [Fact]
    public void Criteria_are_measured_and_models_evaluated_on_the_emulator()
    {
        string[] prune = ["prune", "tiny.safetensors", "--rate", "0.5", "--criterion", "taylor", "--data", "data", "--imgsz", "32", "--batch", "2", "--epochs", "0", "--batches", "1", "--json"];
        var pruned = ConsoleRun.Of([.. prune, "--device", "emulator", "--out", "there.safetensors"]);
        Assert.True(pruned.Code == 0, pruned.Error);
        Assert.Equal("emulator", Device(pruned));
        Assert.Equal("cpu", Device(ConsoleRun.Of([.. prune, "--device", "cpu", "--out", "here.safetensors"])));
        Assert.Equal(Zeros("here.safetensors"), Zeros("there.safetensors"));

        SmallWider.Write("wider");
        string[] evaluate = ["evaluate", "--model", BrightSpotDetector.Write("spot.safetensors"), "--data", "wider", "--out", "found", "--json"];
        var evaluated = ConsoleRun.Of([.. evaluate, "--device", "emulator"]);
        Assert.True(evaluated.Code == 0, evaluated.Error);
        Assert.Equal("emulator", Device(evaluated));
        using var document = JsonDocument.Parse(evaluated.Out);
        Assert.Equal(1, document.RootElement.GetProperty("hard").GetDouble());

        // Predictions of two devices are not mixed.
        var mixed = ConsoleRun.Of([.. evaluate, "--device", "cpu", "--resume"]);
        Assert.Equal((1, ""), (mixed.Code, mixed.Out));
        Assert.Contains("found: cannot resume, its predictions were made by 'single test on emulator", mixed.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(0, ConsoleRun.Of([.. evaluate, "--device", "emulator", "--resume"]).Code);
    }

    /// <summary>One run for all that a device changes: its first step compiles kernels for a while.</summary>
    [OpenClFact]
    public void A_run_on_a_device_is_like_any_other_and_goes_on_on_the_processor()
    {
        string[] call = ["train", "eresfd", .. Quick, "--epochs", "1", "--val-every", "0", "--json"];
        var there = ConsoleRun.Of([.. call, "--device", "opencl", "--name", "there"]);
        Assert.True(there.Code == 0, there.Error);
        Assert.StartsWith("opencl:0 (", Device(there), StringComparison.Ordinal);
        Assert.Contains($"Device: {Device(there)}; its kernels are compiled when they are first needed", there.Errors);
        Assert.Equal(0, ConsoleRun.Of([.. call, "--device", "cpu", "--name", "here"]).Code);
        Assert.Equal(Content("here"), Content("there"));

        // A vector's width says how a processor computed; all else is said alike.
        var here = Config("here");
        Assert.True(here.Remove("simd"));
        Assert.Equal(here.ToJsonString(), Config("there").ToJsonString());
        Assert.Contains($"\\\"devices\\\":[\\\"{Device(there)}\\\"]", State("there"), StringComparison.Ordinal);

        var moved = ConsoleRun.Of("train", "--resume", "there", "--epochs", "2", "--device", "cpu", "--json");
        Assert.True(moved.Code == 0, moved.Error);
        Assert.Contains($"The run moves to cpu; before, it was on {Device(there)}", moved.Errors);
        Assert.Equal("cpu", Device(moved));
        Assert.Contains($"\\\"devices\\\":[\\\"{Device(there)}\\\",\\\"cpu\\\"]", State("there"), StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Path.Combine("runs", "train", "there", "metrics.jsonl")).Length);

        static JsonObject Config(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine("runs", "train", run, "config.json")))!.AsObject();
        static string[] Content(string run) => [.. Directory.GetFiles(Path.Combine("runs", "train", run)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        static string State(string run) => File.ReadAllText(Path.Combine("runs", "train", run, "state.safetensors"));
    }

    private static string Device(ConsoleRun run)
    {
        using var document = JsonDocument.Parse(run.Out);
        return document.RootElement.GetProperty("device").GetString()!;
    }

    private static string Zeros(string model) => ConsoleRun.Json("inspect", model).GetProperty("zeroFilters").GetRawText();
}
