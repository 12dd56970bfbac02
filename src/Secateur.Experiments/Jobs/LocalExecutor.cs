using System.Diagnostics;

namespace Secateur.Experiments.Jobs;

/// <summary>A job that has just ended.</summary>
/// <param name="Job">The job.</param>
/// <param name="State">How it ended.</param>
/// <param name="Elapsed">What it took.</param>
/// <param name="Problem">Why it failed; else null.</param>
public sealed record EndedJob(Job Job, JobState State, TimeSpan Elapsed, string? Problem);

/// <summary>
/// Does the jobs of an experiment on this machine, each in a process of its own, so that nothing that happens to one touches the others. A process
/// stops, with its state saved, when this one ends in whatever way: its stdin ends then.
/// </summary>
/// <param name="command">The command that does a job.</param>
public sealed class LocalExecutor(JobCommand command)
{
    /// <summary>The option by which a job stops with its stdin.</summary>
    public const string StopsWithStdin = "--stop-with-stdin";

    private const int TailLength = 2000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Jobs at the same time; timed ones are done alone.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Told of every job that ended.</summary>
    public Action<EndedJob>? Ended { get; init; }

    /// <summary>Told twice a second of the jobs in work.</summary>
    public Action<IReadOnlyList<Job>>? Working { get; init; }

    /// <summary>Does all jobs that are not done, those that failed before included, each after those that it needs.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="cancellation">Stops the jobs in work, with their state saved.</param>
    /// <returns>Whether all are done.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Run(Experiment experiment, CancellationToken cancellation = default)
    {
        var open = experiment.Graph.Jobs.Where(j => experiment.FolderOf(j).State() != JobState.Done || j.Kind == JobKind.Report).ToList();
        var ended = experiment.Graph.Jobs.Except(open).ToDictionary(j => j.Id, _ => JobState.Done);
        var working = new List<Child>();
        while (open.Count > 0 || working.Count > 0)
        {
            if (cancellation.IsCancellationRequested) Stop(working, cancellation);
            foreach (var child in working.Where(c => c.HasEnded).ToArray()) End(child);
            while (Next() is { } job) working.Add(new Child(experiment, job, command));
            if (working.Count == 0) break;
            Working?.Invoke([.. working.Select(c => c.Job)]);
            Task.WaitAny([.. working.Select(c => c.Exit), Task.Delay(Look, cancellation)], CancellationToken.None);
        }

        return experiment.Graph.Jobs.All(j => ended.GetValueOrDefault(j.Id) == JobState.Done);

        Job? Next()
        {
            open.RemoveAll(j => !j.TakesFailures && j.Needs.Any(n => ended.TryGetValue(n, out var state) && state != JobState.Done && Skip(j)));
            if (working.Count >= Parallel || working.Exists(c => c.Job.IsTimed)) return null;
            var next = open.Find(j => (!j.IsTimed || working.Count == 0) && j.Needs.All(n => ended.ContainsKey(n)));
            if (next is not null) open.Remove(next);
            return next;
        }

        bool Skip(Job job)
        {
            ended[job.Id] = JobState.Waiting;
            return true;
        }

        void End(Child child)
        {
            working.Remove(child);
            var result = child.End();
            ended[child.Job.Id] = result.State;
            Ended?.Invoke(result);
        }
    }

    private static void Stop(List<Child> working, CancellationToken cancellation)
    {
        foreach (var child in working) child.Stop();
        foreach (var child in working) child.Wait();
        throw new OperationCanceledException(cancellation);
    }

    /// <summary>The process of a job.</summary>
    private sealed class Child
    {
        private readonly Process _process;
        private readonly JobFolder _folder;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Task<string> _errors;

        public Child(Experiment experiment, Job job, JobCommand command)
        {
            (Job, _folder) = (job, experiment.FolderOf(job));
            var start = new ProcessStartInfo(command.Program, command.For(experiment, job.Id, StopsWithStdin))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            _process = Process.Start(start) ?? throw new InvalidOperationException($"{command.Program}: does not start");
            _process.OutputDataReceived += (_, _) => { };
            _process.BeginOutputReadLine();
            _errors = _process.StandardError.ReadToEndAsync();
            Exit = _process.WaitForExitAsync();
        }

        public Job Job { get; }

        public Task Exit { get; }

        public bool HasEnded => Exit.IsCompleted;

        public void Stop() => _process.StandardInput.Close();

        public void Wait()
        {
            _process.WaitForExit();
            _process.Dispose();
        }

        public EndedJob End()
        {
            using var process = _process;
            var state = _folder.State();

            // One that was killed could not say so.
            if (state is JobState.Waiting or JobState.Stopped)
            {
                var errors = _errors.Result.Trim();
                _folder.WriteError($"the process ended with exit code {process.ExitCode}{(errors.Length > 0 ? ": " + errors[Math.Max(0, errors.Length - TailLength)..] : "")}");
                state = JobState.Failed;
            }

            return new EndedJob(Job, state, _clock.Elapsed, state == JobState.Running ? "another process works on it" : _folder.ReadError());
        }
    }
}
