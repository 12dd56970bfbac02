using Secateur.Video.Processes;
using Xunit;

namespace Secateur.Video.Tests.Processes;

public sealed class FFmpegLogTests
{
    [Fact]
    public void Errors_are_kept_and_what_else_is_written_is_not()
    {
        var log = new FFmpegLog();
        Assert.Null(log.Summary);
        foreach (var line in new[] { "[info] Input #0, matroska,webm", "[h264 @ 0x55b2] [warning] late", "", "[h264 @ 0x55b2] [error] error while decoding MB 3 4", "[fatal] the end" }) log.Add(line);
        Assert.Equal(2, log.Count);
        Assert.Equal("h264: error while decoding MB 3 4; the end", log.Summary);
    }

    [Fact]
    public void What_has_no_level_counts_as_an_error()
    {
        var log = new FFmpegLog();
        log.Add("setsid: failed to execute ffmpeg");
        Assert.Equal((1, "setsid: failed to execute ffmpeg"), (log.Count, log.Summary));
    }

    [Fact]
    public void Of_very_many_errors_the_first_and_the_last_are_told()
    {
        var log = new FFmpegLog();
        for (var i = 0; i < 100_000; i++) log.Add($"[error] {i}");
        Assert.Equal((100_000, "0; 99999"), (log.Count, log.Summary));
    }
}
