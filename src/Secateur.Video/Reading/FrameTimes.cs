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
        if (Form().Match(line) is not { Success: true, Groups: var parts }) return false;
        if (parts["unit"].Success)
            _unit = double.Parse(parts["unit"].ValueSpan, CultureInfo.InvariantCulture) / double.Parse(parts["second"].ValueSpan, CultureInfo.InvariantCulture);
        else if (parts["time"].Success)
            _times.Add(long.TryParse(parts["time"].ValueSpan, CultureInfo.InvariantCulture, out var time) ? time * _unit : double.NaN);
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

    // From the line's start on: a file's name or its title may hold the same words.
    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ [^\]]+\] \[info\] (?:config in time_base: (?<unit>\d+)/(?<second>\d+)|n: *\d+ pts: *(?<time>-?\d+|NOPTS) )?")]
    private static partial Regex Form();
}
