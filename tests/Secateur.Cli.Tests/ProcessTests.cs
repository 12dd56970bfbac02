using System.Diagnostics;
using System.Text.Json;
using Secateur.Imaging;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>The real thing: the built command in a process of its own.</summary>
public sealed class ProcessTests : CliTest
{
    // 128 and the number of the signal.
    private const int Killed = 137;

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
    public async Task A_signal_ends_detection_with_valid_json_of_what_was_done(string signal)
    {
        // Enlarged to 3840 x 2880 pixels, a thousand pictures take minutes.
        var picture = Path.GetFullPath(WriteScene("a.ppm", 240, 180));
        Directory.CreateDirectory("photos");
        for (var i = 0; i < 1000; i++) File.CreateSymbolicLink(Path.Combine("photos", $"{i}.ppm"), picture);
        using var process = Launch("detect", "photos", "--model", WriteEResFd(), "--scale", "16", "--out", "marked", "--json");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(await Comes(process, () => Directory.Exists("marked") && Directory.EnumerateFiles("marked", "*.ppm").Any()), "ended without a signal");
        Process.Start("kill", [signal, $"{process.Id}"]).WaitForExit();
        await HangGuard.WaitFor(process.WaitForExitAsync());
        Assert.Equal(130, process.ExitCode);
        using var document = JsonDocument.Parse(await output);
        var done = document.RootElement.GetArrayLength();
        Assert.InRange(done, 1, 999);
        Assert.Equal($"secateur: cancelled after {done} of 1000 images", (await error).Trim());
    }

    [Fact]
    public async Task Ctrl_c_in_evaluate_tells_how_to_go_on()
    {
        // Images so large that each takes a while.
        var wider = SmallWider.Write("wider");
        foreach (var image in SmallWider.Images) ImageFile.Write(Path.Combine(wider, "WIDER_val", "images", image + ".jpg"), BrightSpotDetector.Picture(4000, 3000));
        using var process = Launch("evaluate", "--model", BrightSpotDetector.Write("m.safetensors"), "--data", wider, "--protocol", "multi-scale", "--threads", "1");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(await Comes(process, () => File.Exists("runs/evaluate/m-multi-scale/predictions-made-by.txt")), "ended without a signal");
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await HangGuard.WaitFor(process.WaitForExitAsync());
        Assert.True(process.ExitCode == 130, await error);
        Assert.Empty(await output);
        Assert.EndsWith("cancelled; what was found so far is in runs/evaluate/m-multi-scale: go on with the same call and --resume", (await error).Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_read_from_stdin()
    {
        WriteSpot("a.png");
        using var process = Launch("detect", "-", "--model", BrightSpotDetector.Write("spot.safetensors"), "--json");
        process.StandardInput.BaseStream.Write(File.ReadAllBytes("a.png"));
        process.StandardInput.Close();
        var run = await Finish(process);
        Assert.Equal((0, ""), (run.Code, run.Error));
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("-", document.RootElement[0].GetProperty("image").GetString());
        Assert.Equal(1, document.RootElement[0].GetProperty("faces").GetArrayLength());
    }

    [Fact]
    public async Task A_run_killed_at_random_moments_ends_as_if_it_had_never_been()
    {
        SpotDataset.Write("data", train: 12, validation: 1);
        string[] run = ["prune", TinyDetector.Write("tiny.safetensors"), "--data", "data", "--imgsz", "128", "--batch", "2", "--rate", "0.5", "--epochs", "60", "--prune-every", "3", "--finetune-epochs", "4", "--val-every", "9", "--save-every", "0"];
        var whole = await Start([.. run, "--name", "whole"]);
        Assert.True(whole.Code == 0, whole.Error);
        var random = new Random(11);

        // Where a run was faster than who kills it, it has to be right all the same, but does not count.
        var resumed = 0;
        for (var attempt = 1; resumed < 3; attempt++)
        {
            var folder = Path.Combine("runs", "prune", $"killed{attempt}");
            resumed += await KillAgainAndAgain([.. run, "--name", $"killed{attempt}"], folder, random);
            foreach (var name in new[] { "last", "best", "masked", "compacted" })
                Assert.Equal(File.ReadAllBytes(Path.Combine("runs", "prune", "whole", name + ".safetensors")), File.ReadAllBytes(Path.Combine(folder, name + ".safetensors")));
            Assert.Equal(65, File.ReadAllLines(Path.Combine(folder, "metrics.csv")).Length);
            Assert.Empty(Directory.GetFiles(folder, ".*.tmp"));
        }
    }

    [Fact]
    public async Task A_search_killed_again_and_again_has_the_same_trials_and_the_same_model()
    {
        SpotDataset.Write("data", train: 12, validation: 1);
        string[] search =
        [
            "prune", TinyDetector.Write("tiny.safetensors"), "--search", "bayesian", "--target", "parameters=0.6", "--group", "first=base.0.*", "--group", "second=base.1.*",
            "--trials", "7", "--parallel", "2", "--trial-epochs", "4", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "4", "--finetune-epochs", "2", "--val-every", "0", "--save-every", "0",
        ];
        var whole = await Start([.. search, "--name", "whole"]);
        Assert.True(whole.Code == 0, whole.Error);
        Assert.Contains("asked for parameters=0.6, reached 0.", whole.Out, StringComparison.Ordinal);
        var (folder, next) = (Path.Combine("runs", "prune", "killed"), (string[])[.. search, "--name", "killed"]);
        foreach (var moment in new[] { "search.json", "trials/0001/run/state.safetensors", "trials.csv", "trials/0003/result.json", "trials/0005/run", "trials/0006/result.json", "run/state.safetensors" })
        {
            using var process = Launch(next);
            if (!await KilledWhen(process, () => Path.Exists(Path.Combine(folder, moment)))) break;
            if (Directory.Exists(folder)) next = ["prune", "--resume", "killed", "--threads", "1"];
        }

        var last = await Start(next);
        Assert.True(last.Code == 0, last.Error);
        foreach (var name in new[] { "trials.csv", "search.svg", "run/masked.safetensors", "run/compacted.safetensors" })
            Assert.Equal(File.ReadAllBytes(Path.Combine("runs", "prune", "whole", name)), File.ReadAllBytes(Path.Combine(folder, name)));
        Assert.Empty(Directory.GetFileSystemEntries(folder, ".*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Ctrl_c_saves_the_state_and_tells_how_to_go_on()
    {
        SpotDataset.Write("data");
        using var process = Launch("train", "eresfd", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "100000", "--val-every", "0", "--save-every", "3600");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var csv = Path.Combine("runs", "train", "eresfd-1", "metrics.csv");
        Assert.True(await Comes(process, () => File.Exists(csv)), "ended without a signal");
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await HangGuard.WaitFor(process.WaitForExitAsync());
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
        var name = await StopEarly();
        var state = Path.Combine("runs", "train", name, "state.safetensors");

        // The last model fits below the limit of a file's size; the state, which also holds Adam's moments, does not.
        var before = File.ReadAllBytes(state);
        using var limited = Launch(Limited(700), ["train", "--resume", name]);
        var full = await Finish(limited);
        Assert.Equal((1, ""), (full.Code, full.Out));
        Assert.StartsWith($"secateur: {state}: cannot be written", full.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(state));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(state)!, ".*.tmp"));
        var resumed = await Start("train", "--resume", name);
        Assert.True(resumed.Code == 0, resumed.Error);
    }

    /// <summary>A run that was killed between its first saved state and its end.</summary>
    /// <returns>Its name.</returns>
    private static async Task<string> StopEarly()
    {
        for (var attempt = 1; ; attempt++)
        {
            var (name, folder) = ($"a{attempt}", Path.Combine("runs", "train", $"a{attempt}"));
            using var process = Launch("train", "eresfd", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "60", "--val-every", "0", "--save-every", "0", "--name", name);
            if (await KilledWhen(process, () => File.Exists(Path.Combine(folder, "state.safetensors")))) return name;
        }
    }

    /// <summary>Kills a run when it makes its folder, when it saves or is about to, and some saves later, and continues it each time, to its end.</summary>
    /// <returns>How often it had a saved state to go on from.</returns>
    private static async Task<int> KillAgainAndAgain(string[] run, string folder, Random random)
    {
        var (resumed, state, next) = (0, Path.Combine(folder, "state.safetensors"), run);
        Func<bool>[] moments =
        [
            () => Directory.Exists(folder),
            () => File.Exists(state),
            () => Directory.Exists(folder) && Directory.EnumerateFiles(folder, ".*.tmp").Any(),
            Saves(random.Next(1, 20)),
            Saves(random.Next(1, 20)),
            Saves(random.Next(1, 20)),
        ];
        for (var kills = 0; kills < moments.Length; kills++)
        {
            using var process = Launch(next);
            if (!await KilledWhen(process, moments[kills])) return resumed;
            if (File.Exists(state)) resumed++;
            if (Directory.Exists(folder)) next = ["prune", "--resume", Path.GetFileName(folder), "--threads", $"{1 + (kills % 3)}"];
        }

        var last = await Start(next);
        Assert.True(last.Code == 0, last.Error);
        return resumed;

        // As many as are seen, and others go unseen.
        Func<bool> Saves(int count)
        {
            DateTime? before = null;
            return () =>
            {
                var now = File.GetLastWriteTimeUtc(state);
                if (before is { } known && now != known) count--;
                before = now;
                return count == 0;
            };
        }
    }

    /// <summary>Kills a process when something has happened.</summary>
    /// <returns>Whether it was killed before it had ended.</returns>
    private static async Task<bool> KilledWhen(Process process, Func<bool> happened)
    {
        var run = Finish(process);
        if (await Comes(process, happened)) process.Kill();
        var result = await run;
        if (result.Code != 0) Assert.True(result.Code == Killed, result.Error);
        return result.Code == Killed;
    }

    /// <summary>Waits until something has happened, or else until the process has ended.</summary>
    /// <returns>Whether it has happened.</returns>
    private static async Task<bool> Comes(Process process, Func<bool> happened)
    {
        while (!happened())
        {
            if (process.HasExited) return happened();
            await Task.Delay(2);
        }

        return true;
    }

    private static async Task<ConsoleRun> Start(params string[] args)
    {
        using var process = Launch(args);
        return await Finish(process);
    }

    private static async Task<ConsoleRun> Finish(Process process)
    {
        var (code, output, error) = await SecateurProcess.Finish(process);
        return new ConsoleRun(code, output, error);
    }

    /// <summary>Starts what follows with files limited to so many KiB; writing beyond is an error, as on a full disk.</summary>
    private static string[] Limited(int kibibytes) =>
        ["bash", "-c", $"trap '' XFSZ; ulimit -f {kibibytes}; export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; exec \"$@\"", "bash", SecateurProcess.Host];

    private static Process Launch(params string[] args) => SecateurProcess.Launch(args);

    private static Process Launch(string[] command, string[] args) => SecateurProcess.Launch(command, args);
}
