using System.Collections.Concurrent;
using Secateur.Pixels;
using Secateur.Video.Processes;

namespace Secateur.Video.Reading;

/// <summary>Decodes a video by <c>ffmpeg</c>: every frame once, upright, with the time at which it is shown.</summary>
public sealed class VideoReader : IDisposable
{
    private const double UsualRate = 25;

    private readonly VideoInfo _info;
    private readonly FrameTimes _times;
    private readonly FFmpegProcess _process;
    private readonly ConcurrentBag<RgbImage> _free = [];
    private bool _wasStopped;
    private bool _endedWithin;

    /// <summary>Starts to decode.</summary>
    /// <param name="source">The video.</param>
    /// <param name="info">What <see cref="VideoProbe"/> told of it.</param>
    /// <exception cref="VideoException">There is no ffmpeg.</exception>
    public VideoReader(VideoSource source, VideoInfo info)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(info);
        _info = info;
        _times = new FrameTimes(info.FrameRate ?? UsualRate);

        // The size may change within a video; what comes through the pipe may not. Frames pass as they are, none is repeated or left out to make them even.
        string[] arguments =
        [
            "-hide_banner", "-nostats", "-nostdin", "-loglevel", "repeat+level+info", .. source.InputOptions, "-map", "0:V:0",
            "-vf", $"scale={info.Width}:{info.Height},format=rgb24,showinfo=checksum=0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        ];
        _process = FFmpegProcess.Start("ffmpeg", arguments, _times.Take, _times.End);
        _process.Input.Close();
    }

    /// <summary>The frames, in order.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellation">Ends them; those that were given stay good.</param>
    /// <exception cref="IOException">The pipe cannot be read.</exception>
    public IEnumerable<VideoFrame> Frames(long most = long.MaxValue, CancellationToken cancellation = default)
    {
        using var kill = cancellation.Register(Stop);
        for (var number = 0L; number < most && !_wasStopped; number++)
        {
            if (!_free.TryTake(out var image)) image = new RgbImage(_info.Width, _info.Height);
            var length = _process.Output.ReadAtLeast(image.Pixels, image.Pixels.Length, throwOnEndOfStream: false);
            if (length < image.Pixels.Length)
            {
                _endedWithin = length > 0;
                yield break;
            }

            yield return new VideoFrame(number, _times.Next(), image);
        }

        Stop();
    }

    /// <summary>Takes the picture of a frame that is no longer needed for one that follows.</summary>
    public void Recycle(VideoFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _free.Add(frame.Image);
    }

    /// <summary>After the last frame: what ffmpeg found wrong, in one line; null where all went well, or the frames were ended before.</summary>
    public string? Problem()
    {
        if (_wasStopped) return null;
        var code = _process.Wait();
        if (code == 0 && _process.Log.Count == 0 && !_endedWithin) return null;
        return $"ffmpeg reports {_process.Log.Count} {(_process.Log.Count == 1 ? "error" : "errors")}{(code == 0 ? "" : $" and exit code {code}")}: {_process.Log.Summary ?? "it ended within a frame"}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        _times.Dispose();
    }

    private void Stop()
    {
        _wasStopped = true;
        _process.Kill();
    }
}
