using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Secateur.Pixels;

namespace Secateur.Bench.Comparison;

/// <summary>One ONNX model in ONNX Runtime, in a process of its own that runs when it is told to (<see cref="OnnxRuntimeChild"/>).</summary>
internal sealed class OnnxRuntimePeer : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly string _file;

    /// <summary>Loads a model and lets it run a few times.</summary>
    /// <param name="file">The ONNX file.</param>
    /// <param name="size">Of its input.</param>
    /// <param name="threads">Threads that it may use.</param>
    /// <exception cref="IOException">ONNX Runtime does not take the file.</exception>
    public OnnxRuntimePeer(string file, ImageSize size, int threads)
    {
        _file = file;
        string[] arguments = [typeof(OnnxRuntimeChild).Assembly.Location, OnnxRuntimeChild.Verb, Path.GetFullPath(file), $"{size.Height}", $"{size.Width}", $"{threads}"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new IOException($"dotnet, which runs ONNX Runtime, does not start: {error.Message}", error);
        }

        _errors = _process.StandardError.ReadToEndAsync();
        try
        {
            Loaded = Read<LoadedModel>();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it said when it was ready.</summary>
    public LoadedModel Loaded { get; }

    /// <summary>Runs until both are reached; a few runs before do not count.</summary>
    /// <returns>The milliseconds of each run.</returns>
    /// <exception cref="IOException">The process ended.</exception>
    public double[] Run(int leastRuns, double leastMs)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{leastRuns} {leastMs}"));
        _process.StandardInput.Flush();
        return Read<Turn>().Ms;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private T Read<T>()
    {
        if (_process.StandardOutput.ReadLine() is { } line) return Report.FromJson<T>(line);
        throw new IOException($"ONNX Runtime, {_file}: {_errors.Result.Trim()}");
    }

    /// <param name="Version">ONNX Runtime's version.</param>
    /// <param name="PeakBytes">The most memory that the process had beyond what it had before it loaded the model.</param>
    internal sealed record LoadedModel([property: JsonRequired] string Version, [property: JsonRequired] long PeakBytes);

    private sealed record Turn([property: JsonRequired] double[] Ms);
}
