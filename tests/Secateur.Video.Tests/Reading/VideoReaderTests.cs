using System.Diagnostics;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Video.Reading;
using Xunit;

namespace Secateur.Video.Tests.Reading;

public sealed class VideoReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FFmpegTheory]
    [InlineData("a.mkv", 96, 48)]
    [InlineData("odd.avi", 93, 47)]
    [InlineData("-a.mkv", 96, 48)]
    [InlineData("http:a%03d.mkv", 96, 48)]
    [InlineData("a 'b' [c].mkv", 96, 48)]
    public void Frames_come_in_order_with_their_pixels_and_times(string name, int width, int height)
    {
        var frames = Clips.MovingSpot(7, width, height);
        var read = Read(Clips.Lossless(_folder, name, frames), out var info, out var problem);
        Assert.Null(problem);
        Assert.Equal((width, height), (info.Width, info.Height));
        Assert.Equal(frames.Select(f => f.Pixels), read.Select(f => f.Image.Pixels));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => ((long)i, i / 10d)), read.Select(f => (f.Number, Math.Round(f.Time, 3))));
    }

    /// <summary>Frames 2 and 3 of ten are left out, and the time runs on.</summary>
    [FFmpegFact]
    public void No_frame_is_made_up_or_left_out_where_the_rate_varies()
    {
        var frames = Clips.MovingSpot(10);
        var read = Read(Clips.Lossless(_folder, "vfr.mkv", frames, "-vf", "select=not(between(n\\,2\\,3))", "-fps_mode", "passthrough"), out _, out _);
        int[] left = [0, 1, 4, 5, 6, 7, 8, 9];
        Assert.Equal(left.Select(i => i / 10d), read.Select(f => Math.Round(f.Time, 3)));
        Assert.Equal(left.Select(i => frames[i].Pixels), read.Select(f => f.Image.Pixels));
        Assert.Equal(Enumerable.Range(0, 8), read.Select(f => (int)f.Number));
    }

    [FFmpegFact]
    public void A_title_is_no_time_of_a_frame()
    {
        var read = Read(Clips.Lossless(_folder, "showinfo.mkv", Clips.MovingSpot(3), "-metadata", "title=showinfo n: 0 pts: 777777 x"), out _, out _);
        Assert.Equal([0, 0.1, 0.2], read.Select(f => Math.Round(f.Time, 3)));
    }

    /// <summary>Such as the one that ffprobe would wait for.</summary>
    [FFmpegFact]
    public void What_is_no_regular_file_is_told_at_once() => HangGuard.Run(() =>
    {
        _folder.Write("empty.mp4", "");
        if (!OperatingSystem.IsWindows()) Process.Start("mkfifo", _folder.PathOf("pipe.mp4")).WaitForExit();
        foreach (var path in Directory.GetFiles(_folder.Root))
        {
            var error = Assert.Throws<InvalidFileException>(() => VideoProbe.Read(new VideoSource(path)));
            Assert.Contains("is empty, or not a regular file", error.Message, StringComparison.Ordinal);
        }
    });

    [FFmpegFact]
    public void Times_count_from_the_start_of_the_file()
    {
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", "-output_ts_offset", "100", "-c:v", "mpeg2video", _folder.PathOf("late.ts"));
        var times = Read(_folder.PathOf("late.ts"), out _, out _).Select(f => Math.Round(f.Time, 3));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i / 10d), times);
    }

    [FFmpegFact]
    public void A_video_on_its_side_is_turned_upright()
    {
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=1", _folder.PathOf("flat.mp4"));
        Clips.FFmpeg("-i", _folder.PathOf("flat.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", _folder.PathOf("turned.mp4"));
        var flat = Read(_folder.PathOf("flat.mp4"), out _, out _)[3].Image;
        var turned = Read(_folder.PathOf("turned.mp4"), out var info, out var problem)[3].Image;
        Assert.Null(problem);
        Assert.Equal((48, 64), (info.Width, info.Height));
        Assert.NotEqual(flat.Pixels, turned.Pixels);

        // Turned as a whole, whichever way the tag says: no row is shifted against the next. Colours at half resolution are interpolated alike.
        var ways = new[] { Quarter(flat, (x, y) => (y, 63 - x)), Quarter(flat, (x, y) => (47 - y, x)) };
        Assert.Contains(ways, way => way.Zip(turned.Pixels, (a, b) => Math.Abs(a - b)).Average() < 4);

        static byte[] Quarter(RgbImage image, Func<int, int, (int X, int Y)> place)
        {
            var to = new RgbImage(image.Height, image.Width);
            for (var y = 0; y < image.Height; y++)
            {
                for (var x = 0; x < image.Width; x++)
                {
                    var (left, top) = place(x, y);
                    image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3).CopyTo(to.Pixels.AsSpan(((top * to.Width) + left) * 3));
                }
            }

            return to.Pixels;
        }
    }

    [FFmpegFact]
    public void Frames_whose_size_changes_come_in_the_size_of_the_first()
    {
        foreach (var (name, size) in new[] { ("one.ts", "64x48"), ("two.ts", "96x32") })
            Clips.FFmpeg("-f", "lavfi", "-i", $"color=red:size={size}:rate=10:duration=1", "-c:v", "mpeg2video", _folder.PathOf(name));
        _folder.Write("both.ts", [.. File.ReadAllBytes(_folder.PathOf("one.ts")), .. File.ReadAllBytes(_folder.PathOf("two.ts"))]);
        var read = Read(_folder.PathOf("both.ts"), out var info, out _);
        Assert.Equal((64, 48), (info.Width, info.Height));
        Assert.InRange(read.Count, 15, 20);
        Assert.All(read, f => Assert.InRange(f.Image.Pixels[0], 240, 255));
    }

    [FFmpegFact]
    public void A_file_that_was_cut_off_gives_what_is_there_and_tells()
    {
        var whole = File.ReadAllBytes(Clips.Lossless(_folder, "whole.mkv", Clips.MovingSpot(20)));
        var read = Read(_folder.Write("cut.mkv", whole[..(whole.Length / 2)]), out _, out var problem);
        Assert.InRange(read.Count, 3, 17);
        Assert.StartsWith("ffmpeg reports ", problem, StringComparison.Ordinal);
    }

    [FFmpegFact]
    public void Files_that_only_name_others_are_no_videos()
    {
        Clips.Lossless(_folder, "a.mkv", Clips.MovingSpot(2));
        foreach (var list in new[] { "ffconcat version 1.0\nfile a.mkv\n", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.mkv\n#EXT-X-ENDLIST\n" })
        {
            var error = Assert.Throws<InvalidFileException>(() => VideoProbe.Read(new VideoSource(_folder.Write("list.mp4", list))));
            Assert.Contains("is no video that ffprobe can read", error.Message, StringComparison.Ordinal);
        }
    }

    [FFmpegFact]
    public void Frames_may_be_ended_early_and_then_nothing_is_wrong()
    {
        Clips.FFmpeg("-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=20", "-c:v", "mpeg4", _folder.PathOf("long.mp4"));
        var source = new VideoSource(_folder.PathOf("long.mp4"));
        using (var reader = new VideoReader(source, VideoProbe.Read(source)))
        {
            Assert.Equal(5, reader.Frames(most: 5).Count());
            Assert.Null(reader.Problem());
        }

        using var cancellation = new CancellationTokenSource();
        using var cancelled = new VideoReader(source, VideoProbe.Read(source));
        var count = 0;
        foreach (var frame in cancelled.Frames(cancellation: cancellation.Token))
        {
            if (++count == 3) cancellation.Cancel();
            cancelled.Recycle(frame);
        }

        Assert.InRange(count, 3, 499);
        Assert.Null(cancelled.Problem());
    }

    private static List<VideoFrame> Read(string path, out VideoInfo info, out string? problem)
    {
        var source = new VideoSource(path);
        info = VideoProbe.Read(source);
        using var reader = new VideoReader(source, info);
        var frames = reader.Frames().ToList();
        problem = reader.Problem();
        return frames;
    }
}
