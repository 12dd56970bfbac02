using System.Diagnostics;
using System.Text.Json;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>The real thing: the built command in a process of its own.</summary>
public sealed class ProcessTests : CliTest
{
    [Fact]
    public async Task Stdout_holds_json_and_nothing_else()
    {
        var run = await Start("detect", WriteSpot("a.png"), "--model", BrightSpotDetector.Write("spot.safetensors"), "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal(1, document.RootElement[0].GetProperty("faces").GetArrayLength());
    }

    [Fact]
    public async Task A_failure_is_one_line_on_stderr_and_an_exit_code()
    {
        var failed = await Start("inspect", "missing.safetensors");
        Assert.Equal((1, ""), (failed.Code, failed.Out));
        Assert.Contains("missing.safetensors", Assert.Single(failed.Errors), StringComparison.Ordinal);
        var wrong = await Start("inspect");
        Assert.Equal((2, ""), (wrong.Code, wrong.Out));
        Assert.StartsWith("secateur: ", Assert.Single(wrong.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task A_signal_cancels_long_work(string signal)
    {
        using var process = Launch("bench", BrightSpotDetector.Write("spot.safetensors"), "--imgsz", "512", "--runs", "1000000");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.False(process.HasExited);
        Process.Start("kill", [signal, $"{process.Id}"]).WaitForExit();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((130, ""), (process.ExitCode, await output));
        Assert.Equal("secateur: cancelled", (await error).Trim());
    }

    [Fact]
    public async Task A_run_killed_at_random_moments_ends_as_if_it_had_never_been()
    {
        SpotDataset.Write("data", train: 12, validation: 1);
        string[] run = ["prune", TinyDetector.Write("tiny.safetensors"), "--data", "data", "--imgsz", "128", "--batch", "2", "--rate", "0.5", "--epochs", "60", "--prune-every", "3", "--finetune-epochs", "4", "--val-every", "9", "--save-every", "0"];
        var whole = await Start([.. run, "--name", "whole"]);
        Assert.True(whole.Code == 0, whole.Error);
        var random = new Random(11);
        var (kills, resumed, folder) = (0, 0, Path.Combine("runs", "prune", "killed"));
        var state = Path.Combine(folder, "state.safetensors");
        string[] next = [.. run, "--name", "killed"];
        while (true)
        {
            using var process = Launch(next);
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var exit = process.WaitForExitAsync();
            var moment = kills switch
            {
                0 => Task.Delay(random.Next(400, 1400)),
                < 5 => AfterNextSave(state, exit, random.Next(400)),
                _ => Task.Delay(TimeSpan.FromMinutes(3)),
            };
            await Task.WhenAny(exit, moment);
            if (exit.IsCompleted)
            {
                Assert.True(process.ExitCode == 0, await error);
                break;
            }

            process.Kill();
            await exit;
            await Task.WhenAll(output, error);
            Assert.True(++kills <= 5, "the run does not come to its end");
            if (File.Exists(state)) resumed++;
            if (Directory.Exists(folder)) next = ["prune", "--resume", "killed", "--threads", $"{1 + (kills % 3)}"];
        }

        Assert.True(kills >= 3 && resumed >= 2, $"killed {kills} times only, {resumed} times with a saved state");
        foreach (var name in new[] { "last", "best", "masked", "compacted" })
            Assert.Equal(File.ReadAllBytes(Path.Combine("runs", "prune", "whole", name + ".safetensors")), File.ReadAllBytes(Path.Combine(folder, name + ".safetensors")));
        Assert.Equal(65, File.ReadAllLines(Path.Combine(folder, "metrics.csv")).Length);
        Assert.Empty(Directory.GetFiles(folder, ".*.tmp"));
    }

    [Fact]
    public async Task Ctrl_c_saves_the_state_and_tells_how_to_go_on()
    {
        SpotDataset.Write("data");
        using var process = Launch("train", "eresfd", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "100000", "--val-every", "0", "--save-every", "3600");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var csv = Path.Combine("runs", "train", "eresfd-1", "metrics.csv");
        for (var i = 0; i < 200 && !File.Exists(csv); i++) await Task.Delay(100);
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((130, ""), (process.ExitCode, await output));
        var last = (await error).Trim().Split(Environment.NewLine)[^1];
        Assert.Contains("the state is saved", last, StringComparison.Ordinal);
        Assert.EndsWith($"go on with: secateur train --resume {Path.Combine("runs", "train", "eresfd-1")}", last, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine("runs", "train", "eresfd-1", "state.safetensors")));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_the_previous_state()
    {
        SpotDataset.Write("data");
        var state = Path.Combine("runs", "train", "a", "state.safetensors");
        using (var first = Launch("train", "eresfd", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "60", "--val-every", "0", "--save-every", "0", "--name", "a"))
        {
            var (output, error) = (first.StandardOutput.ReadToEndAsync(), first.StandardError.ReadToEndAsync());
            for (var i = 0; i < 2000 && !File.Exists(state); i++) await Task.Delay(10);
            first.Kill();
            await first.WaitForExitAsync();
            await Task.WhenAll(output, error);
        }

        // The last model fits below the limit of a file's size; the state, which also holds Adam's moments, does not.
        var before = File.ReadAllBytes(state);
        using var limited = Launch(Limited(700), ["train", "--resume", "a"]);
        var full = await Finish(limited);
        Assert.Equal((1, ""), (full.Code, full.Out));
        Assert.StartsWith($"secateur: {state}: cannot be written", full.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(state));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(state)!, ".*.tmp"));
        var resumed = await Start("train", "--resume", "a");
        Assert.True(resumed.Code == 0, resumed.Error);
    }

    /// <summary>A moment after the run has come further, however slow the machine is.</summary>
    private static async Task AfterNextSave(string state, Task exit, int milliseconds)
    {
        var before = File.GetLastWriteTimeUtc(state);
        while (File.GetLastWriteTimeUtc(state) == before && !exit.IsCompleted) await Task.Delay(5);
        await Task.Delay(milliseconds);
    }

    private static async Task<ConsoleRun> Start(params string[] args)
    {
        using var process = Launch(args);
        return await Finish(process);
    }

    private static async Task<ConsoleRun> Finish(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new ConsoleRun(process.ExitCode, await output, await error);
    }

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>Starts what follows with files limited to so many KiB; writing beyond is an error, as on a full disk.</summary>
    private static string[] Limited(int kibibytes) =>
        ["bash", "-c", $"trap '' XFSZ; ulimit -f {kibibytes}; export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; exec \"$@\"", "bash", Host];

    private static Process Launch(params string[] args) => Launch([Host], args);

    private static Process Launch(string[] command, string[] args)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in (string[])[.. command[1..], Path.Combine(AppContext.BaseDirectory, "secateur.dll"), .. args]) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }
}
