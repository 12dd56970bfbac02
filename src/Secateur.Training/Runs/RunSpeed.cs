namespace Secateur.Training.Runs;

/// <summary>How fast a process takes steps; its first does not count, it also compiles and fills caches.</summary>
internal sealed class RunSpeed(int batch)
{
    private int _steps = -1;
    private TimeSpan _time;

    public void Add(TimeSpan step)
    {
        if (++_steps > 0) _time += step;
    }

    /// <summary>0 before it is known.</summary>
    public double ImagesPerSecond => _steps > 0 ? _steps * batch / _time.TotalSeconds : 0;

    /// <summary>The time that so many steps will take; null before it is known.</summary>
    public TimeSpan? TimeFor(long steps) => _steps > 0 ? TimeSpan.FromSeconds(Math.Min(_time.TotalSeconds / _steps * steps, TimeSpan.MaxValue.TotalSeconds / 2)) : null;
}
