using System.Diagnostics;

namespace Secateur.Experiments.Jobs;

/// <summary>Writes how far a job is into its folder, at most once a second, and passes it on.</summary>
internal sealed class ProgressFile(JobFolder folder, IProgress<JobProgress>? next) : IProgress<JobProgress>, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Stopwatch _quiet = new();
    private bool _closed;

    public void Report(JobProgress value)
    {
        next?.Report(value);
        lock (_gate)
        {
            if (_closed || (_quiet.IsRunning && _quiet.Elapsed < Interval)) return;
            _quiet.Restart();
            folder.WriteProgress(value);
        }
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
    }
}
