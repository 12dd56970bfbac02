using System.ComponentModel;
using System.Diagnostics;

namespace Secateur.Video.Processes;

/// <summary>
/// <c>ffmpeg</c> or <c>ffprobe</c> as a child. It is in a session of its own where the system has <c>setsid</c>, so that Ctrl-C, which a terminal sends to
/// its whole foreground group, leaves it to finish its file. When this process ends, so does it; when it is killed, its pipes end,
/// and so does it as soon as it reads or writes them.
/// </summary>
internal sealed class FFmpegProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _errors;
    private readonly Lock _gate = new();
    private bool _isDisposed;

    private FFmpegProcess(Process process, Func<string, bool>? takes, Action? ended)
    {
        _process = process;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
        _errors = Task.Run(() =>
        {
            while (process.StandardError.ReadLine() is { } line)
            {
                if (takes?.Invoke(line) != true) Log.Add(line);
            }

            ended?.Invoke();
        });
    }

    /// <summary>Its errors.</summary>
    public FFmpegLog Log { get; } = new();

    /// <summary>Its stdin.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its stdout.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts one.</summary>
    /// <param name="program"><c>ffmpeg</c> or <c>ffprobe</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="takes">Takes a line of stderr, or leaves it to the log.</param>
    /// <param name="ended">Told when stderr has ended.</param>
    /// <exception cref="VideoException">There is no such program, or it does not start.</exception>
    public static FFmpegProcess Start(string program, IEnumerable<string> arguments, Func<string, bool>? takes = null, Action? ended = null)
    {
        var file = PathVariable.Find(program) ?? throw new VideoException($"video needs {program}, which is not in PATH; install FFmpeg: {HowToInstall}");
        string[] command = PathVariable.Find("setsid") is { } setsid ? [setsid, file, .. arguments] : [file, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return new FFmpegProcess(Process.Start(start)!, takes, ended);
        }
        catch (Win32Exception error)
        {
            throw new VideoException($"{file}: does not start: {error.Message}");
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public int Wait()
    {
        _process.WaitForExit();
        _errors.Wait();
        return _process.ExitCode;
    }

    /// <summary>Ends it at once, from any thread.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            if (!_isDisposed && !_process.HasExited) _process.Kill();
        }
    }

    /// <summary>Ends it, if it has not ended.</summary>
    public void Dispose()
    {
        Kill();
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        Wait();
        _process.Dispose();
    }

    private void KillAtExit(object? sender, EventArgs e) => Kill();

    private static string HowToInstall => OperatingSystem.IsMacOS() ? "brew install ffmpeg" : OperatingSystem.IsLinux() ? "apt-get install ffmpeg" : "https://ffmpeg.org";
}
