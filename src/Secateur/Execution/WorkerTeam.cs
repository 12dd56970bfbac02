using System.Collections.Immutable;

namespace Secateur.Execution;

/// <summary>
/// The caller and a fixed number of threads beside it that go through a plan in step: each takes its part of every step, then waits for the
/// others. No allocation, and no lock between steps.
/// </summary>
internal sealed unsafe class WorkerTeam : IDisposable
{
    private readonly int _size;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim[] _starts;
    private readonly StepBarrier _barrier;
    private volatile bool _stop;
    private ImmutableArray<PlanStep> _steps;
    private float* _memory;

    /// <summary>Starts <paramref name="size"/> - 1 threads.</summary>
    public WorkerTeam(int size)
    {
        _size = size;
        _barrier = new StepBarrier(size);
        _starts = [.. Enumerable.Range(1, size - 1).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, size - 1).Select(StartThread)];
    }

    /// <summary>Runs every step over a workspace's memory.</summary>
    public void Run(ImmutableArray<PlanStep> steps, float* memory)
    {
        // Without a step there is no barrier that would hold the next run back until everyone has seen this one.
        if (steps.IsEmpty) return;
        _steps = steps;
        _memory = memory;
        foreach (var start in _starts) start.Release();
        RunPart(0);
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _stop = true;
        foreach (var start in _starts) start.Release();
        foreach (var thread in _threads) thread.Join();
        foreach (var start in _starts) start.Dispose();
    }

    private Thread StartThread(int part)
    {
        var thread = new Thread(() => Work(part)) { IsBackground = true, Name = $"secateur worker {part}" };
        thread.Start();
        return thread;
    }

    private void Work(int part)
    {
        while (true)
        {
            _starts[part - 1].Wait();
            if (_stop) return;
            RunPart(part);
        }
    }

    private void RunPart(int part)
    {
        foreach (var step in _steps)
        {
            step.Run(_memory, part, _size);
            _barrier.Wait();
        }
    }

    /// <summary>A barrier for a few threads that arrive within microseconds of each other: it spins, and yields when that takes long.</summary>
    private sealed class StepBarrier(int size)
    {
        private const int SpinsBeforeYield = 1_000;

        private int _arrived;
        private volatile int _round;

        public void Wait()
        {
            if (size == 1) return;
            var round = _round;
            if (Interlocked.Increment(ref _arrived) == size)
            {
                _arrived = 0;
                _round = round + 1;
                return;
            }

            for (var spins = 0; _round == round; spins++)
            {
                if (spins < SpinsBeforeYield) Thread.SpinWait(1);
                else Thread.Yield();
            }
        }
    }
}
