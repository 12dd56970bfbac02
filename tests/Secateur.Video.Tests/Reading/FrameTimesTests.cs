using Secateur.TestSupport;
using Secateur.Video.Reading;
using Xunit;

namespace Secateur.Video.Tests.Reading;

public sealed class FrameTimesTests
{
    private const string Units = "[Parsed_showinfo_2 @ 0x55b2b0d4ebc0] [info] config in time_base: 1/90000, frame_rate: 25/1";

    /// <summary>In seconds the filter writes six digits alone, after 17 minutes too few.</summary>
    [Fact]
    public void Times_are_exact_however_long_the_video()
    {
        using var times = new FrameTimes(25);
        Assert.True(times.Take(Units));
        Assert.True(times.Take(Line(0, "0")));
        Assert.True(times.Take("[Parsed_showinfo_2 @ 0x55b2b0d4ebc0] [info] color_range:pc color_space:gbr"));
        Assert.True(times.Take(Line(12345, "648003003")));
        Assert.False(times.Take("[h264 @ 0x55b2] [error] n: 1 pts: 2 pts_time:3"));
        Assert.False(times.Take("[info]     title           : showinfo n: 0 pts: 777777 x"));
        Assert.False(times.Take("[info]     title           : [Parsed_showinfo_2 @ 0x55b2b0d4ebc0] [info] config in time_base: 1/7"));
        Assert.False(times.Take("[in#0 @ 0x55b2] [error] Error opening input file showinfo.mp4."));
        Assert.False(times.Take("[Parsed_showinfo_2 @ 0x55b2b0d4ebc0] [error] Cannot allocate memory"));
        Assert.Equal(0, times.Next());
        Assert.Equal(648003003 / 90000d, times.Next(), 1e-9);
    }

    [Fact]
    public void A_frame_without_time_follows_the_last_one()
    {
        using var times = new FrameTimes(25);
        times.Take(Units);
        foreach (var time in new[] { "NOPTS", "9000", "NOPTS" }) times.Take(Line(0, time));
        times.End();
        Assert.Equal([0, 0.1, 0.14, 0.18], Enumerable.Range(0, 4).Select(_ => Math.Round(times.Next(), 9)));
    }

    [Fact]
    public void The_line_of_a_frame_is_waited_for() => HangGuard.Run(() =>
    {
        using var times = new FrameTimes(25);
        times.Take(Units);
        var next = Task.Run(times.Next);
        Assert.False(next.Wait(20));
        times.Take(Line(0, "90000"));
        Assert.Equal(1, next.Result);
    });

    private static string Line(int n, string pts) => $"[Parsed_showinfo_2 @ 0x55b2b0d4ebc0] [info] n:{n,4} pts:{pts,7} pts_time:0 pos: 39956 fmt:rgb24 sar:1/1 s:320x240 i:P iskey:0 type:B ";
}
