using System.Diagnostics;
using System.Text.Json;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Video.Tests.Detecting;

/// <summary>What <c>secateur detect</c> gave, in a folder of its own.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">All of stdout.</param>
/// <param name="Error">All of stderr.</param>
internal sealed record DetectRun(int Code, string Out, string Error)
{
    /// <summary>The lines of stdout.</summary>
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The lines of stdout as JSON.</summary>
    public JsonElement[] Rows => [.. Lines.Select(l => JsonElement.Parse(l))];

    /// <summary>Runs it in a folder, whose <c>spot.safetensors</c> is the model.</summary>
    public static async Task<DetectRun> Of(TemporaryFolder folder, params string[] args)
    {
        using var process = Launch(folder, [], args);
        return await Finish(process);
    }

    /// <summary>Runs it, and asserts that all went well.</summary>
    public static async Task<DetectRun> Good(TemporaryFolder folder, params string[] args)
    {
        var run = await Of(folder, args);
        Assert.True(run.Code == 0, $"exit code {run.Code}: {run.Error}");
        return run;
    }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Its current folder.</param>
    /// <param name="before">Commands that start it, such as <c>setsid</c>.</param>
    /// <param name="args">Its arguments.</param>
    public static Process Launch(TemporaryFolder folder, string[] before, params string[] args)
    {
        BrightSpotDetector.Write(folder.PathOf("spot.safetensors"));
        return SecateurProcess.Launch([.. before, "sh", "-c", "cd \"$0\" && exec \"$@\"", folder.Root, SecateurProcess.Host], ["detect", .. args, "--model", "spot.safetensors"]);
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<DetectRun> Finish(Process process)
    {
        var finished = SecateurProcess.Finish(process);
        await HangGuard.WaitFor(finished);
        var (code, output, error) = await finished;
        return new DetectRun(code, output, error);
    }
}
