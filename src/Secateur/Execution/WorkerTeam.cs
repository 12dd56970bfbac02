using System.Collections.Immutable;
using System.Runtime.ExceptionServices;

namespace Secateur.Execution;

/// <summary>
/// The caller and a fixed number of threads beside it that go through a plan in step: each takes its part of every step, then waits for the
/// others. No allocation, and no lock between steps. An exception ends a run for all of them, and the team is ready for the next.
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
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Starts <paramref name="size"/> - 1 threads.</summary>
    public WorkerTeam(int size)
    {
        _size = size;
        _barrier = new StepBarrier(size);
        _starts = [.. Enumerable.Range(1, size - 1).Select(_ => new SemaphoreSlim(0))];
        _threads = [.. Enumerable.Range(1, size - 1).Select(StartThread)];
    }

    /// <summary>
    /// Runs every step over a workspace's memory. What a step throws, on whatever thread, is thrown here, once no thread runs any part;
    /// of several exceptions one. Steps after that one do not run.
    /// </summary>
    public void Run(ImmutableArray<PlanStep> steps, float* memory)
    {
        // Without a step there is no barrier that would hold the next run back until everyone has seen this one.
        if (steps.IsEmpty) return;
        _steps = steps;
        _memory = memory;
        foreach (var start in _starts) start.Release();
        RunPart(0);

        // All are past the last barrier, and look at it no more.
        if (_failure is not { } failure) return;
        _failure = null;
        failure.Throw();
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
            // Whoever fails says so before it arrives at the barrier, so behind it all agree that nothing is left to do but to arrive.
            if (_failure is null) RunStep(step, part);
            _barrier.Wait();
        }
    }

    private void RunStep(PlanStep step, int part)
    {
        try
        {
            step.Run(_memory, part, _size);
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
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
