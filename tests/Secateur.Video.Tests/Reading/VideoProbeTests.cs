using System.Text;
using Secateur.Video.Reading;
using Xunit;

namespace Secateur.Video.Tests.Reading;

public sealed class VideoProbeTests
{
    [Theory]
    [InlineData("", 640, 480)]
    [InlineData(""", "side_data_list": [{}, {"rotation": -90}]""", 480, 640)]
    [InlineData(""", "side_data_list": [{"rotation": 270}]""", 480, 640)]
    [InlineData(""", "side_data_list": [{"rotation": 180}]""", 640, 480)]
    [InlineData(""", "tags": {"rotate": "90"}""", 480, 640)]
    public void Quarter_turns_swap_the_sides(string more, int width, int height)
    {
        var info = Parse($$"""{"streams": [{"codec_type": "video", "width": 640, "height": 480, "sample_aspect_ratio": "4:3"{{more}}}]}""");
        Assert.Equal((width, height), (info.Width, info.Height));
        Assert.Equal(width == 640 ? (4, 3) : (3, 4), info.PixelAspect);
    }

    [Fact]
    public void What_is_told_is_read_and_what_is_not_is_not_known()
    {
        var full = Parse("""
            {"streams": [
              {"codec_type": "audio", "codec_name": "opus"},
              {"codec_type": "video", "width": 600, "height": 600, "disposition": {"attached_pic": 1}},
              {"codec_type": "video", "width": 64, "height": 48, "avg_frame_rate": "30000/1001", "r_frame_rate": "60/1", "nb_frames": "120"},
              {"codec_type": "audio", "codec_name": "aac"}],
             "format": {"duration": "4.004"}}
            """);
        Assert.Equal((64, 48, 120L, 4.004), (full.Width, full.Height, full.Frames, full.Duration));
        Assert.Equal(29.97, full.FrameRate!.Value, 2);
        Assert.Equal(["opus", "aac"], full.Audio);

        var bare = Parse("""{"streams": [{"codec_type": "video", "width": 64, "height": 48, "avg_frame_rate": "0/0", "r_frame_rate": "0/0", "sample_aspect_ratio": "0:1"}]}""");
        Assert.Equal((null, null, null, (1, 1)), (bare.FrameRate, bare.Frames, bare.Duration, bare.PixelAspect));
        Assert.Equal(100, Parse("""{"streams": [{"codec_type": "video", "width": 64, "height": 48, "avg_frame_rate": "25/1"}], "format": {"duration": "4"}}""").Frames);
    }

    [Theory]
    [InlineData("{ }", "is no video that ffprobe can read: moov atom not found")]
    [InlineData("", "is no video that ffprobe can read: moov atom not found")]
    [InlineData("""{"streams": []}""", "is no video that ffprobe can read: moov atom not found")]
    [InlineData("""{"streams": [{"codec_type": "audio"}]}""", "has no video stream")]
    [InlineData("""{"streams": [{"codec_type": "video", "width": 9, "height": 9, "disposition": {"attached_pic": 1}}]}""", "has no video stream")]
    [InlineData("""{"streams": [{"codec_type": "video", "width": 0, "height": 0}]}""", "the size of its frames is not told: moov atom not found")]
    public void What_is_no_video_is_told(string json, string problem)
    {
        var error = Assert.Throws<InvalidFileException>(() => VideoProbe.Parse("a.mp4", Encoding.UTF8.GetBytes(json), "moov atom not found"));
        Assert.StartsWith("a.mp4: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4", true)]
    [InlineData("a/b.c/CLIP.MKV", true)]
    [InlineData("/dev/video0", true)]
    [InlineData("/dev/v4l/by-id/usb-camera", true)]
    [InlineData("photo.jpg", false)]
    [InlineData("clip.mp4/photo.png", false)]
    [InlineData("mp4", false)]
    [InlineData("-", false)]
    [InlineData("/dev/stdin", false)]
    public void Videos_are_told_by_their_names(string name, bool expected) => Assert.Equal(expected, VideoSource.IsVideo(name));

    private static VideoInfo Parse(string json) => VideoProbe.Parse("a.mp4", Encoding.UTF8.GetBytes(json), null);
}
