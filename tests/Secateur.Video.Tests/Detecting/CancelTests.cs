using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Secateur.TestSupport;
using Secateur.Video.Processes;
using Xunit;

namespace Secateur.Video.Tests.Detecting;

public sealed class CancelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As a terminal does: the signal goes to secateur and to every process of its group. Without setsid the children are in that group.</summary>
    [FFmpegTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ctrl_c_leaves_a_whole_video_of_what_was_done(bool hasSetsid)
    {
        if (OperatingSystem.IsMacOS()) return;
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=600", "-f", "lavfi", "-i", "sine=duration=600", "-c:v", "mpeg4", "-q:v", "8", "-c:a", "aac", _folder.PathOf("long.mp4"));
        string[] path = hasSetsid ? [] : ["env", $"PATH={ProgramsWithoutSetsid()}"];
        using var process = DetectRun.Launch(_folder, ["setsid", .. path], "long.mp4", "--format", "jsonl", "--out", "out.mp4");
        var output = new List<string>();
        var error = process.StandardError.ReadToEndAsync();
        while (output.Count < 40 && await process.StandardOutput.ReadLineAsync() is { } line) output.Add(line);
        Assert.True(output.Count == 40, $"ended without a signal: {(process.HasExited ? await error : "")}");
        var children = ChildrenOf(process.Id);
        Assert.Equal(2, children.Length);

        Process.Start("kill", ["-INT", "--", $"-{process.Id}"]).WaitForExit();
        var rest = await process.StandardOutput.ReadToEndAsync();
        await HangGuard.WaitFor(process.WaitForExitAsync());
        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {await error}");
        output.AddRange(rest.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        var told = Regex.Match(await error, @"secateur: cancelled after ([\d,]+) of 15,000 frames, the last of them number (\d+) at ([\d.]+) s");
        Assert.True(told.Success, await error);
        var done = int.Parse(told.Groups[1].ValueSpan, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        var times = Clips.TimesOf(_folder.PathOf("out.mp4"));
        Assert.InRange(times.Length, 20, 14_999);
        if (hasSetsid) Assert.Equal((done, done), (times.Length, output.Count));
        else Assert.InRange(times.Length, Math.Max(1, done - 20), done);
        Assert.Equal(["h264", "aac"], Clips.StreamsOf(_folder.PathOf("out.mp4"), "codec_name"));
        Assert.InRange(double.Parse(Assert.Single(Clips.FormatOf(_folder.PathOf("out.mp4"), "duration")), CultureInfo.InvariantCulture), times[^1], (done / 25d) + 0.2);
        Assert.Empty(Directory.GetFiles(_folder.Root, ".*"));
        Assert.All(children, child => Assert.False(Directory.Exists($"/proc/{child}"), "a child is left"));
    }

    /// <summary>An ffprobe that never answers.</summary>
    [FFmpegFact]
    public async Task Ctrl_c_ends_the_look_at_a_video()
    {
        if (OperatingSystem.IsMacOS()) return;
        _folder.Write("clip.mp4", "whatever");
        Script("ffprobe", "exec sleep 100");
        using var process = DetectRun.Launch(_folder, ["setsid", "env", $"PATH={_folder.PathOf("programs")}:{Environment.GetEnvironmentVariable("PATH")}"], "clip.mp4");
        var child = SleepOf(process.Id);
        Process.Start("kill", ["-INT", "--", $"-{process.Id}"]).WaitForExit();
        var run = await DetectRun.Finish(process);
        Assert.Equal((130, "secateur: cancelled"), (run.Code, run.Error.Trim()));
        Assert.False(IsAlive(child), "ffprobe is left");
    }

    /// <summary>An ffmpeg that never ends when it adds audio: whatever becomes of it, and of secateur, the pictures are there.</summary>
    [FFmpegFact]
    public async Task Pictures_have_their_name_before_audio_is_added()
    {
        if (OperatingSystem.IsMacOS()) return;
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-c:v", "mpeg4", "-c:a", "aac", _folder.PathOf("clip.mp4"));
        Script("ffmpeg", $"case \"$*\" in *itsoffset*) exec sleep 1000;; esac; exec {PathVariable.Find("ffmpeg")} \"$@\"");
        using var process = DetectRun.Launch(_folder, ["env", $"PATH={_folder.PathOf("programs")}:{Environment.GetEnvironmentVariable("PATH")}"], "clip.mp4", "--format", "csv", "--out", "out.mp4");
        var child = SleepOf(process.Id);
        Assert.Equal(10, Clips.TimesOf(_folder.PathOf("out.mp4")).Length);
        Process.Start("kill", ["-KILL", child]).WaitForExit();
        var run = await DetectRun.Finish(process);
        Assert.Equal(1, run.Code);
        Assert.Contains("secateur: out.mp4: has no audio, which could not be added: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(10, Clips.TimesOf(_folder.PathOf("out.mp4")).Length);
    }

    /// <summary>Nobody can tell the children, but their pipes end.</summary>
    [FFmpegFact]
    public async Task A_kill_leaves_no_children()
    {
        if (OperatingSystem.IsMacOS()) return;
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=600", "-c:v", "mpeg4", "-q:v", "8", _folder.PathOf("long.mp4"));
        using var process = DetectRun.Launch(_folder, [], "long.mp4", "--format", "jsonl", "--out", "out.mp4");
        for (var i = 0; i < 10; i++) Assert.NotNull(await process.StandardOutput.ReadLineAsync());
        var children = ChildrenOf(process.Id);
        Assert.Equal(2, children.Length);
        process.Kill();
        await HangGuard.WaitFor(process.WaitForExitAsync());
        HangGuard.Until(() => children.All(child => !IsAlive(child)));
        Assert.False(File.Exists(_folder.PathOf("out.mp4")));
    }

    private string ProgramsWithoutSetsid()
    {
        var folder = Directory.CreateDirectory(_folder.PathOf("programs")).FullName;
        foreach (var program in new[] { "ffmpeg", "ffprobe", "sh", "dotnet" }) File.CreateSymbolicLink(Path.Combine(folder, program), PathVariable.Find(program)!);
        return folder;
    }

    private void Script(string program, string text)
    {
        Directory.CreateDirectory(_folder.PathOf("programs"));
        Process.Start("chmod", ["+x", _folder.Write(Path.Combine("programs", program), $"#!/bin/sh\n{text}\n")]).WaitForExit();
    }

    /// <summary>Waits for the child that sleeps.</summary>
    private static string SleepOf(int process)
    {
        string? child = null;
        HangGuard.Until(() => (child = ChildrenOf(process).FirstOrDefault(c => IsAlive(c) && File.ReadAllText($"/proc/{c}/comm").Trim() == "sleep")) is not null);
        return child!;
    }

    // Children are listed by the thread that started them.
    private static string[] ChildrenOf(int process) =>
        [.. Directory.GetDirectories($"/proc/{process}/task").SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct()];

    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
