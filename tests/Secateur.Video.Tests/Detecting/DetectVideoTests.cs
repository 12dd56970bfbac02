using System.Text.Json;
using Secateur.Demo.Scenes;
using Secateur.Imaging;
using Secateur.TestSupport;
using Secateur.Video.Processes;
using Xunit;

namespace Secateur.Video.Tests.Detecting;

public sealed class DetectVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The whole way is the same: pixels, resizing, thresholds, clipping; and how many frames are in work does not matter.</summary>
    [FFmpegTheory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Frames_have_the_boxes_of_the_same_pictures(string threads)
    {
        var frames = Enumerable.Range(1, 6).Select(seed => DrawnScene.Create(seed, 161, 119, 3).Image).ToArray();
        Clips.Lossless(_folder, "clip.mkv", frames);
        Directory.CreateDirectory(_folder.PathOf("pictures"));
        for (var i = 0; i < frames.Length; i++) ImageFile.Write(_folder.PathOf("pictures", $"{i}.png"), frames[i]);
        var video = await DetectRun.Good(_folder, "clip.mkv", "--format", "jsonl", "--conf", "0.6", "--threads", threads);
        var pictures = await DetectRun.Good(_folder, "pictures", "--format", "jsonl", "--conf", "0.6");
        Assert.Equal(6, video.Rows.Length);
        Assert.True(video.Rows.Sum(r => r.GetProperty("faces").GetArrayLength()) > 10);
        Assert.Equal(pictures.Rows.Select(Boxes), video.Rows.Select(Boxes));

        static string Boxes(JsonElement row) =>
            string.Join(' ', row.GetProperty("faces").EnumerateArray().SelectMany(f => f.EnumerateObject()).Where(p => p.Name != "track").Select(p => p.Value.GetRawText()));
    }

    [FFmpegFact]
    public async Task Rows_have_frame_time_track_and_box_in_each_format()
    {
        Clips.Lossless(_folder, "clip.mkv", Clips.MovingSpot(3));
        var lines = (await DetectRun.Good(_folder, "clip.mkv", "--format", "jsonl")).Lines;
        Assert.StartsWith("""{"frame":1,"time":0.1,"faces":[{"track":1,"x1":14,"y1":10,"x2":30,"y2":26,"score":""", lines[1], StringComparison.Ordinal);
        var csv = (await DetectRun.Good(_folder, "clip.mkv", "--format", "csv")).Lines;
        Assert.Equal("frame,time,track,x1,y1,x2,y2,score", csv[0]);
        Assert.StartsWith("2,0.200000,1,18.00,10.00,34.00,26.00,1.0000", csv[3], StringComparison.Ordinal);
        var json = JsonElement.Parse((await DetectRun.Good(_folder, "clip.mkv", "--json")).Out);
        Assert.Equal(("clip.mkv", 96, 48), (json.GetProperty("video").GetString(), json.GetProperty("width").GetInt32(), json.GetProperty("height").GetInt32()));
        Assert.Equal(lines, json.GetProperty("frames").EnumerateArray().Select(f => JsonSerializer.Serialize(f)));
        var text = await DetectRun.Good(_folder, "clip.mkv");
        Assert.Contains("frame 2 at 0.200 s: 1 face\n  #1    1.000  x    18.0 to    34.0", text.Out, StringComparison.Ordinal);
        Assert.Matches(@"^clip\.mkv: 3 frames, 0\.3 s of video, in [\d.]+ s: [\d.]+ frames/s, [\d.]+ x real time\s*$", text.Error);
    }

    /// <summary>In seven frames the third and the sixth are looked at after the first; those between have its box, and all are there.</summary>
    [FFmpegFact]
    public async Task Between_the_frames_that_are_looked_at_the_boxes_stay()
    {
        Clips.Lossless(_folder, "clip.mkv", Clips.MovingSpot(7));
        var run = await DetectRun.Good(_folder, "clip.mkv", "--every", "3", "--format", "jsonl", "--out", "out.mp4");
        Assert.Equal([(0, 0.0), (3, 0.3), (6, 0.6)], run.Rows.Select(r => (r.GetProperty("frame").GetInt32(), r.GetProperty("time").GetDouble())));
        Assert.Equal(Clips.TimesOf(_folder.PathOf("clip.mkv")), Clips.TimesOf(_folder.PathOf("out.mp4")).Select(t => Math.Round(t, 3)));

        // The left edge of the box in the row of its middle: 10 in the first three frames, then 22.
        foreach (var (frame, edge, dark) in new[] { (0, 10, 22), (2, 10, 22), (3, 22, 10), (5, 22, 10) })
        {
            var image = Clips.FrameOf(_folder, _folder.PathOf("out.mp4"), frame);
            Assert.InRange(GreenAt(edge), 120, 255);
            Assert.InRange(GreenAt(dark), 0, 90);

            int GreenAt(int x) => image.Pixels[(((22 * image.Width) + x) * 3) + 1];
        }
    }

    [FFmpegFact]
    public async Task A_camera_or_a_long_video_ends_after_frames()
    {
        Clips.Lossless(_folder, "clip.mkv", Clips.MovingSpot(9));
        var run = await DetectRun.Good(_folder, "clip.mkv", "--frames", "4", "--format", "csv", "--out", "out.mkv");
        Assert.Equal(5, run.Lines.Length);
        Assert.Equal(4, Clips.TimesOf(_folder.PathOf("out.mkv")).Length);
    }

    [FFmpegFact]
    public async Task A_name_with_a_dash_is_a_file()
    {
        Clips.Lossless(_folder, "-i.mkv", Clips.MovingSpot(2));
        var run = await DetectRun.Good(_folder, "-i.mkv", "--format", "csv", "--out", "-y.mp4");
        Assert.Equal(3, run.Lines.Length);
        Assert.Equal(2, Clips.TimesOf(_folder.PathOf("-y.mp4")).Length);
    }

    [FFmpegFact]
    public async Task A_file_that_was_cut_off_gives_what_is_there_and_fails()
    {
        var whole = File.ReadAllBytes(Clips.Lossless(_folder, "whole.mkv", Clips.MovingSpot(20)));
        _folder.Write("cut.mkv", whole[..(whole.Length / 2)]);
        var run = await DetectRun.Of(_folder, "cut.mkv", "--format", "jsonl", "--out", "out.mp4");
        Assert.Equal(1, run.Code);
        Assert.InRange(run.Rows.Length, 3, 17);
        Assert.Equal(run.Rows.Length, Clips.TimesOf(_folder.PathOf("out.mp4")).Length);
        Assert.Contains($"secateur: cut.mkv: damaged, {run.Rows.Length} frames could be decoded: ffmpeg reports", run.Error, StringComparison.Ordinal);
    }

    [FFmpegFact]
    public async Task What_cannot_be_is_told_before_any_work()
    {
        Clips.Lossless(_folder, "clip.mkv", Clips.MovingSpot(2));
        _folder.Write("broken.mp4", "garbage");
        _folder.Write("there.mp4", "mine");
        await Fails(2, ["clip.mkv", "broken.mp4"], "clip.mkv is a video, and goes alone");
        await Fails(2, ["photo.png", "clip.mkv"], "clip.mkv is a video, and goes alone");
        await Fails(2, ["clip.mkv", "--format", "wider"], "--format wider is for pictures");
        await Fails(2, ["photo.png", "--every", "2"], "--every is for videos");
        await Fails(2, ["clip.mkv", "--out", "out.avi"], "ends in .mp4, .m4v, .mov, .mkv");
        await Fails(2, ["clip.mkv", "--out", "there.mp4"], "there.mp4: exists already", "--force");
        await Fails(2, ["clip.mkv", "--out", "clip.mkv", "--force"], "is the input itself");
        await Fails(2, ["clip.mkv", "--every", "0"], "--every is '0'");
        await Fails(1, ["broken.mp4"], "broken.mp4: is no video that ffprobe can read: ");
        await Fails(1, ["missing.mp4"], "missing.mp4: no such file");
        await Fails(1, ["clip.mkv", "--max-pixels", "1000"], "96 x 48", "the limit of 1000");
        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("there.mp4")));
        var forced = await DetectRun.Good(_folder, "clip.mkv", "--out", "there.mp4", "--force", "--format", "csv");
        Assert.Equal(3, forced.Lines.Length);
        Assert.Equal(2, Clips.TimesOf(_folder.PathOf("there.mp4")).Length);
    }

    [FFmpegFact]
    public async Task Frames_too_small_for_the_network_leave_no_file()
    {
        Clips.Lossless(_folder, "clip.mkv", [BrightSpotDetector.Picture(2, 2), BrightSpotDetector.Picture(2, 2)]);
        await Fails(1, ["clip.mkv", "--out", "out.mp4"], "too small");
    }

    /// <summary>Needs none: that is what it tests.</summary>
    [Fact]
    public async Task Without_ffmpeg_it_is_told_how_to_get_it()
    {
        _folder.Write("clip.mp4", "whatever");
        Directory.CreateDirectory(_folder.PathOf("empty"));
        BrightSpotDetector.Write(_folder.PathOf("spot.safetensors"));
        using var process = SecateurProcess.Launch(["/usr/bin/env", $"PATH={_folder.PathOf("empty")}", Host()], ["detect", _folder.PathOf("clip.mp4"), "--model", _folder.PathOf("spot.safetensors")]);
        var run = await DetectRun.Finish(process);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("secateur: video needs ffprobe, which is not in PATH; install FFmpeg: ", run.Error, StringComparison.Ordinal);

        static string Host() => Path.IsPathRooted(SecateurProcess.Host) ? SecateurProcess.Host : PathVariable.Find(SecateurProcess.Host)!;
    }

    private async Task Fails(int code, string[] args, params string[] parts)
    {
        var before = Directory.GetFileSystemEntries(_folder.Root).Append(_folder.PathOf("spot.safetensors")).Distinct().Order().ToArray();
        var run = await DetectRun.Of(_folder, args);
        Assert.True(run.Code == code, $"exit code {run.Code}: {run.Error}");
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.All(parts.Prepend("secateur: "), part => Assert.Contains(part, line, StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Root).Order());
    }
}
