using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Secateur.Video.Reading;

/// <summary>
/// The times of frames, as ffmpeg's filter <c>showinfo</c> writes them, a line a frame, before the frame itself: in units of a time base that it
/// tells first.
/// </summary>
/// <param name="frameRate">For frames without a time: the next one after the last.</param>
internal sealed partial class FrameTimes(double frameRate) : IDisposable
{
    private readonly BlockingCollection<double> _times = [];
    private double _unit = double.NaN;
    private double _last = double.NaN;

    /// <summary>Takes a line of ffmpeg's stderr, if the filter wrote it.</summary>
    public bool Take(string line)
    {
        if (!line.Contains("showinfo", StringComparison.Ordinal)) return false;
        if (TimeBase().Match(line) is { Success: true } units)
            _unit = double.Parse(units.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / double.Parse(units.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        else if (Frame().Match(line) is { Success: true } frame)
            _times.Add(long.TryParse(frame.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var time) ? time * _unit : double.NaN);
        return true;
    }

    /// <summary>No more lines come.</summary>
    public void End() => _times.CompleteAdding();

    /// <summary>The time of the next frame in seconds; waits for its line.</summary>
    public double Next()
    {
        if (!_times.TryTake(out var time, Timeout.Infinite) || double.IsNaN(time)) time = double.IsNaN(_last) ? 0 : _last + (1 / frameRate);
        return _last = time;
    }

    public void Dispose() => _times.Dispose();

    [GeneratedRegex(@"config in time_base: (\d+)/(\d+)")]
    private static partial Regex TimeBase();

    [GeneratedRegex(@"\bn: *\d+ pts: *(-?\d+|NOPTS) ")]
    private static partial Regex Frame();
}
