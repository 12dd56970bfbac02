using System.Globalization;
using Secateur.Pixels;
using Secateur.Video.Processes;
using Secateur.Video.Reading;

namespace Secateur.Video.Writing;

/// <summary>
/// Encodes frames as H.264 by <c>ffmpeg</c> (libx264), each at its time, with the audio of the video that they come from. The file's name holds nothing
/// until all pictures are written, and a file that can be played from then on.
/// </summary>
public sealed class VideoWriter : IDisposable
{
    private const double UsualRate = 25;

    private readonly string _path;
    private readonly Container _container;
    private readonly VideoInfo _info;
    private readonly VideoSource _source;
    private readonly string _pictures;
    private readonly string _whole;
    private readonly FFmpegProcess _process;
    private MatroskaStream? _stream;
    private double _first;
    private double _last;
    private bool _endedByItself;

    /// <summary>Starts to encode.</summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="info">Size and rate of the frames.</param>
    /// <param name="source">The video that they come from, for its audio.</param>
    /// <exception cref="ArgumentException">The extension is none of <see cref="Extensions"/>.</exception>
    /// <exception cref="VideoException">There is no ffmpeg.</exception>
    public VideoWriter(string path, VideoInfo info, VideoSource source)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(source);
        _container = Container.Of(path) ?? throw new ArgumentException($"{path}: videos are written as {string.Join(", ", Extensions)}", nameof(path));
        (_path, _info, _source) = (Path.GetFullPath(path), info, source);
        (_pictures, _whole) = (Temporary(), Temporary());
        var (width, height) = info.PixelAspect;

        // H.264 with colours at half resolution has even sides. Times are in the usual unit of video, which fits 24, 25, 30, 50, 60 and 29.97 frames a second.
        string[] arguments =
        [
            "-hide_banner", "-nostats", "-nostdin", "-loglevel", "repeat+level+error", "-f", "matroska", "-i", "pipe:0",
            "-vf", $"pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv,setsar={width}/{height}",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-fps_mode", "passthrough", "-enc_time_base", "1:90000", .. Target(_pictures),
        ];
        _process = FFmpegProcess.Start("ffmpeg", arguments);

        string Temporary() => Path.Combine(Path.GetDirectoryName(_path)!, $".{Guid.NewGuid():N}.tmp");
    }

    /// <summary>Lower-case extensions, with the dot, of the files that can be written.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. Container.Extensions];

    /// <summary>Whether the extension is that of a file that can be written.</summary>
    public static bool CanWrite(string path) => Container.Of(path) is not null;

    /// <summary>How many frames were written.</summary>
    public long Count { get; private set; }

    /// <summary>Writes a frame.</summary>
    /// <param name="time">Its time in seconds.</param>
    /// <param name="image">Its pixels, of the size that was told.</param>
    /// <returns>Whether ffmpeg took it: it ends by itself when Ctrl-C reaches it.</returns>
    /// <exception cref="VideoException">ffmpeg failed, such as for lack of libx264 or of room on the disk.</exception>
    public bool Write(double time, RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (_endedByItself) return false;
        try
        {
            if (_stream is null)
            {
                _stream = new MatroskaStream(_process.Input, _info.Width, _info.Height, _info.FrameRate ?? UsualRate);
                _first = time;
            }

            _stream.Write(time - _first, image);
            _last = time;
            Count++;
            return true;
        }
        catch (IOException)
        {
            RequireNoError(_process);
            _endedByItself = true;
            return false;
        }
    }

    /// <summary>Ends the file, gives it its name and adds the audio; does nothing where no frame was written.</summary>
    /// <param name="isCut">Whether the frames end before the video does, so that its audio has to, too.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <returns>Why the audio could not be added; null where it was, or there is none.</returns>
    /// <exception cref="VideoException">ffmpeg failed.</exception>
    /// <exception cref="IOException">The name cannot be given.</exception>
    public string? Finish(bool isCut, bool replace)
    {
        // Without input ffmpeg fails, which means nothing here.
        if (Count == 0) return null;
        CloseInput();
        RequireNoError(_process);

        // Audio may take long: whatever happens to it, the pictures are there.
        File.Move(_pictures, _path, replace);
        if (_info.Audio.Count == 0) return null;
        var problem = AddAudio(isCut);
        if (problem is null) File.Move(_whole, _path, overwrite: true);
        return problem;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Dispose();
        File.Delete(_pictures);
        File.Delete(_whole);
    }

    private string? AddAudio(bool isCut)
    {
        // The first frame may be shown after the first sound.
        string[] arguments =
        [
            "-hide_banner", "-nostats", "-nostdin", "-loglevel", "repeat+level+error", "-itsoffset", Seconds(_first), "-i", $"file:{_path}", .. _source.InputOptions,
            "-map", "0:v", "-map", "1:a", "-c:v", "copy", .. _info.Audio.SelectMany((codec, i) => new[] { $"-c:a:{i}", _container.CodecFor(codec) }),
            .. isCut ? new[] { "-t", Seconds(_last + (1 / (_info.FrameRate ?? UsualRate))) } : [], "-avoid_negative_ts", "disabled", .. Target(_whole),
        ];
        using var process = FFmpegProcess.Start("ffmpeg", arguments);
        process.Input.Close();
        var code = process.Wait();
        return code == 0 ? null : process.Log.Summary ?? $"ffmpeg ended with exit code {code}";
    }

    private string[] Target(string path) => ["-movflags", "+faststart", "-f", _container.Format, "-y", $"file:{path}"];

    private static string Seconds(double time) => time.ToString("F6", CultureInfo.InvariantCulture);

    private void CloseInput()
    {
        try
        {
            _process.Input.Close();
        }
        catch (IOException)
        {
            // It ended before; why, its exit code tells.
        }
    }

    private void RequireNoError(FFmpegProcess process)
    {
        // 255 is how ffmpeg ends after Ctrl-C, with its file whole.
        if (process.Wait() is var code and not (0 or 255)) throw new VideoException($"{_path}: cannot be encoded: {process.Log.Summary ?? $"ffmpeg ended with exit code {code}"}");
    }
}
