using System.Globalization;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Video.Reading;
using Secateur.Video.Writing;
using Xunit;

namespace Secateur.Video.Tests.Writing;

public sealed class VideoWriterTests : IDisposable
{
    private static readonly double[] Uneven = [0, 0.04, 0.2, 0.2033, 0.9, 1, 1.5, 1.54];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FFmpegTheory]
    [InlineData("out.mp4", 64, 48)]
    [InlineData("out.mkv", 64, 48)]
    [InlineData("out.mov", 65, 49)]
    [InlineData("-%d:out.m4v", 15, 13)]
    public void Frames_keep_their_times_and_their_look(string name, int width, int height)
    {
        var frames = Enumerable.Range(0, Uneven.Length).Select(i => Plain(width, height, (byte)(30 * i), 100, (byte)(250 - (30 * i)))).ToArray();
        var path = Write(name, new VideoInfo(width, height) { FrameRate = 25 }, frames, Uneven);
        var tolerance = name.EndsWith(".mkv", StringComparison.Ordinal) ? 1e-3 : 1e-4;
        Assert.All(Clips.TimesOf(path).Zip(Uneven), t => Assert.Equal(t.Second, t.First, tolerance));
        Assert.Equal(Uneven.Length, Clips.TimesOf(path).Length);
        Assert.Equal([$"h264,{width + (width % 2)},{height + (height % 2)},yuv420p"], Clips.StreamsOf(path, "codec_name,width,height,pix_fmt").Select(l => l.TrimEnd(',')));
        var shown = Clips.FrameOf(_folder, path, 5);
        Assert.All(shown.Pixels.Take(3).Zip(frames[5].Pixels), p => Assert.InRange(p.First - p.Second, -6, 6));
        Assert.Equal([name], Directory.GetFiles(_folder.Root).Select(Path.GetFileName).Where(f => !f!.StartsWith("frame-", StringComparison.Ordinal)));
    }

    [FFmpegFact]
    public void Pixels_that_are_not_square_stay_so()
    {
        var path = Write("out.mp4", new VideoInfo(64, 48) { PixelAspect = (4, 3) }, [Plain(64, 48, 1, 2, 3)], [0]);
        Assert.Equal("4:3", Assert.Single(Clips.StreamsOf(path, "sample_aspect_ratio")));
    }

    /// <summary>The pictures begin half a second after the sound.</summary>
    [FFmpegTheory]
    [InlineData("aac", "out.mp4", "aac")]
    [InlineData("flac", "out.mp4", "aac")]
    [InlineData("flac", "out.mkv", "flac")]
    public void Audio_is_kept_and_stays_with_the_pictures(string codec, string name, string expected)
    {
        Clips.FFmpeg("-f", "lavfi", "-i", "sine=duration=3", "-itsoffset", "0.5", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=2", "-map", "1:v", "-map", "0:a", "-c:v", "mpeg4", "-bf", "0", "-c:a", codec, _folder.PathOf("in.mkv"));
        var source = new VideoSource(_folder.PathOf("in.mkv"));
        var info = VideoProbe.Read(source);
        using var reader = new VideoReader(source, info);
        using var writer = new VideoWriter(_folder.PathOf(name), info, source);
        foreach (var frame in reader.Frames()) Assert.True(writer.Write(frame.Time, frame.Image));
        Assert.Null(writer.Finish(isCut: false, replace: false));
        Assert.Equal(["h264", expected], Clips.StreamsOf(_folder.PathOf(name), "codec_name"));
        Assert.All(Clips.TimesOf(_folder.PathOf(name)).Zip(Clips.TimesOf(source.Name)), t => Assert.Equal(t.Second, t.First, 2e-3));
        Assert.InRange(DurationOf(_folder.PathOf(name)), 2.95, 3.1);
    }

    [FFmpegFact]
    public void Audio_ends_where_the_frames_were_ended()
    {
        Clips.FFmpeg("-f", "lavfi", "-i", "sine=duration=9", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=9", "-c:v", "mpeg4", "-c:a", "aac", _folder.PathOf("in.mp4"));
        var source = new VideoSource(_folder.PathOf("in.mp4"));
        var info = VideoProbe.Read(source);
        using var reader = new VideoReader(source, info);
        using var writer = new VideoWriter(_folder.PathOf("out.mp4"), info, source);
        foreach (var frame in reader.Frames(most: 20)) writer.Write(frame.Time, frame.Image);
        Assert.Null(writer.Finish(isCut: true, replace: false));
        Assert.InRange(DurationOf(_folder.PathOf("out.mp4")), 1.9, 2.15);
    }

    [FFmpegFact]
    public void Audio_that_cannot_be_read_costs_the_audio_alone()
    {
        var info = new VideoInfo(64, 48) { Audio = ["aac"] };
        using var writer = new VideoWriter(_folder.PathOf("out.mp4"), info, new VideoSource(_folder.Write("in.mp4", "garbage")));
        writer.Write(0, Plain(64, 48, 9, 9, 9));
        Assert.Contains("in.mp4", writer.Finish(isCut: false, replace: false), StringComparison.Ordinal);
        Assert.Equal("h264", Assert.Single(Clips.StreamsOf(_folder.PathOf("out.mp4"), "codec_name")));
    }

    [FFmpegFact]
    public void Without_frames_or_when_given_up_nothing_is_written()
    {
        var source = new VideoSource(_folder.PathOf("in.mp4"));
        using (var none = new VideoWriter(_folder.PathOf("none.mp4"), new VideoInfo(64, 48), source)) Assert.Null(none.Finish(isCut: true, replace: false));
        using (var left = new VideoWriter(_folder.PathOf("left.mp4"), new VideoInfo(64, 48), source)) left.Write(0, Plain(64, 48, 9, 9, 9));
        Assert.Empty(Directory.GetFiles(_folder.Root));
        Assert.Throws<ArgumentException>(() => new VideoWriter(_folder.PathOf("out.avi"), new VideoInfo(64, 48), source));
    }

    [FFmpegFact]
    public void What_came_there_meanwhile_stays()
    {
        using var writer = new VideoWriter(_folder.PathOf("out.mp4"), new VideoInfo(64, 48), new VideoSource(_folder.PathOf("in.mp4")));
        writer.Write(0, Plain(64, 48, 9, 9, 9));
        _folder.Write("out.mp4", "mine");
        Assert.ThrowsAny<IOException>(() => writer.Finish(isCut: false, replace: false));
        Assert.Equal("mine", File.ReadAllText(_folder.PathOf("out.mp4")));
    }

    private string Write(string name, VideoInfo info, RgbImage[] frames, double[] times)
    {
        using var writer = new VideoWriter(_folder.PathOf(name), info, new VideoSource(_folder.PathOf("in.mkv")));
        foreach (var (frame, time) in frames.Zip(times)) Assert.True(writer.Write(time, frame));
        Assert.Null(writer.Finish(isCut: false, replace: false));
        return _folder.PathOf(name);
    }

    private static double DurationOf(string path) =>
        Clips.StreamsOf(path, "duration").Concat(Clips.FormatOf(path, "duration")).Select(d => double.TryParse(d, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0).Max();

    private static RgbImage Plain(int width, int height, byte red, byte green, byte blue)
    {
        var image = new RgbImage(width, height);
        for (var i = 0; i < image.Pixels.Length; i += 3) (image.Pixels[i], image.Pixels[i + 1], image.Pixels[i + 2]) = (red, green, blue);
        return image;
    }
}
