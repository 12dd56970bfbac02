using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secateur.Training.Runs;

namespace Secateur.Experiments.Jobs;

/// <summary>Where a job is.</summary>
public enum JobState
{
    /// <summary>Not begun.</summary>
    Waiting,

    /// <summary>Begun and stopped or killed; it goes on where it was.</summary>
    Stopped,

    /// <summary>A process works on it.</summary>
    Running,

    /// <summary>Its result is there.</summary>
    Done,

    /// <summary>It ended with an error.</summary>
    Failed,
}

/// <summary>How far a job is.</summary>
/// <param name="Stage">What it is doing.</param>
/// <param name="Done">Parts that are done.</param>
/// <param name="Total">Parts in all.</param>
public sealed record JobProgress(string Stage, int Done, int Total);

/// <summary>The folder of a job: what it works with, what it tells (<c>progress.json</c>, <c>left-out.txt</c>) and what came out (<c>result.json</c> or <c>error.txt</c>).</summary>
public sealed class JobFolder
{
    private const int MaxBytes = 1 << 20;

    /// <param name="path">Where it is; it need not be there yet.</param>
    public JobFolder(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Its result.</summary>
    public string Result => In("result.json");

    /// <summary>The images that it could not read, a line each, and why.</summary>
    public string LeftOut => In("left-out.txt");

    private string Error => In("error.txt");

    private string Progress => In("progress.json");

    /// <summary>A file or folder in it.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Where the job is.</summary>
    public JobState State() =>
        File.Exists(Result) ? JobState.Done
        : IsHeld() ? JobState.Running
        : File.Exists(Error) ? JobState.Failed
        : Directory.Exists(Path) ? JobState.Stopped
        : JobState.Waiting;

    /// <summary>Why it failed; null where it did not.</summary>
    public string? ReadError() => TryRead(Error) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>How far it is; null where nothing is known.</summary>
    public JobProgress? ReadProgress()
    {
        try
        {
            return TryRead(Progress) is { } bytes ? JsonSerializer.Deserialize(bytes, JobJson.Default.JobProgress) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Its result.</summary>
    /// <exception cref="InvalidFileException">It is damaged.</exception>
    /// <exception cref="IOException">It is not there.</exception>
    internal T ReadResult<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(BoundedFile.ReadAllBytes(Result, MaxBytes), type) ?? throw new InvalidFileException(Result, "holds null");
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(Result, $"is damaged: {error.Message.ReplaceLineEndings(" ")}; delete it, and go on with the experiment", error);
        }
    }

    /// <summary>Does the job, alone; nothing where its result is there. What went wrong stands in the folder, too.</summary>
    /// <param name="work">Does it and leaves its result; is given where to tell how far it is, which is written to the folder.</param>
    /// <param name="progress">Told the same.</param>
    /// <param name="repeats">Whether it is done again though its result is there.</param>
    /// <exception cref="IOException">Another process works on it, or the folder cannot be written.</exception>
    public void Do(Action<IProgress<JobProgress>> work, IProgress<JobProgress>? progress = null, bool repeats = false)
    {
        Directory.CreateDirectory(Path);
        using var held = Take();
        if (!repeats && File.Exists(Result)) return;
        try
        {
            File.Delete(Result);
            File.Delete(Error);
            using var written = new ProgressFile(this, progress);
            work(written);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            TryWriteError(error.Message);
            throw;
        }
    }

    internal void WriteResult<T>(T result, JsonTypeInfo<T> type) => AtomicFile.Write(Result, stream => JsonSerializer.Serialize(stream, result, type));

    internal void WriteProgress(JobProgress progress) => AtomicFile.Write(Progress, stream => JsonSerializer.Serialize(stream, progress, JobJson.Default.JobProgress));

    /// <summary>Says why it failed.</summary>
    /// <returns>Why that cannot be written; null where it was.</returns>
    internal string? TryWriteError(string problem)
    {
        try
        {
            Directory.CreateDirectory(Path);
            AtomicFile.Write(Error, stream => stream.Write(Encoding.UTF8.GetBytes(problem)));
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{problem} ({error.Message})";
        }
    }

    /// <summary>Takes the lock; whoever only looks holds it for a moment.</summary>
    private IDisposable Take()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return FolderLock.Take(Path);
            }
            catch (IOException) when (tries < 5)
            {
                Thread.Sleep(50);
            }
        }
    }

    private bool IsHeld()
    {
        try
        {
            using var held = new FileStream(In(".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return BoundedFile.ReadAllBytes(path, MaxBytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
