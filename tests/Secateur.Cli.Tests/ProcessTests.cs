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

    private static async Task<ConsoleRun> Start(params string[] args)
    {
        using var process = Launch(args);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return new ConsoleRun(process.ExitCode, await output, await error);
    }

    private static Process Launch(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var arg in args.Prepend(Path.Combine(AppContext.BaseDirectory, "secateur.dll"))) start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }
}
