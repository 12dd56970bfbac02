using System.Diagnostics;

namespace Secateur.Experiments.Jobs;

/// <summary>Work that has just ended.</summary>
/// <param name="Item">The work.</param>
/// <param name="State">How it ended.</param>
/// <param name="Elapsed">What it took.</param>
/// <param name="Problem">Why it failed; else null.</param>
public sealed record EndedItem(WorkItem Item, JobState State, TimeSpan Elapsed, string? Problem);

/// <summary>
/// Does work on this machine, each item in a process of its own, so that nothing that happens to one touches the others. A process stops, with its
/// state saved, when this one ends in whatever way: its stdin ends then.
/// </summary>
/// <param name="command">What does an item.</param>
public sealed class LocalExecutor(HostCommand command)
{
    /// <summary>The option by which a process stops with its stdin; added to the arguments of every item.</summary>
    public const string StopsWithStdin = "--stop-with-stdin";

    private const int TailLength = 2000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Items at the same time; timed ones are done alone.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Told of every item that ended.</summary>
    public Action<EndedItem>? Ended { get; init; }

    /// <summary>Told twice a second of the items in work.</summary>
    public Action<IReadOnlyList<WorkItem>>? Working { get; init; }

    /// <summary>Does all items that are not done, those that failed before included, each after those that it needs.</summary>
    /// <param name="items">The items, each after those that it needs.</param>
    /// <param name="cancellation">Stops those in work, with their state saved.</param>
    /// <returns>Whether all are done.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool Run(IReadOnlyList<WorkItem> items, CancellationToken cancellation = default)
    {
        var open = items.Where(i => !i.IsDone).ToList();
        var ended = items.Except(open).ToDictionary(i => i.Id, _ => JobState.Done);
        var working = new List<Child>();
        while (open.Count > 0 || working.Count > 0)
        {
            if (cancellation.IsCancellationRequested) Stop(working, cancellation);
            foreach (var child in working.Where(c => c.Exit.IsCompleted).ToArray()) End(child);
            while (Next() is { } item) working.Add(new Child(item, command));

            // Another process may work on some of them, such as one whose executor was killed a moment ago.
            var elsewhere = open.Where(i => i.Needs.All(ended.ContainsKey) && i.Folder.State() == JobState.Running).ToList();
            if (working.Count == 0 && elsewhere.Count == 0) break;
            Working?.Invoke([.. working.Select(c => c.Item), .. elsewhere]);
            Task.WaitAny([.. working.Select(c => c.Exit), Task.Delay(Look, cancellation)], CancellationToken.None);
        }

        return items.All(i => ended.GetValueOrDefault(i.Id) == JobState.Done);

        WorkItem? Next()
        {
            foreach (var item in open.Where(i => !i.TakesFailures).ToArray())
            {
                if (!item.Needs.Any(n => ended.TryGetValue(n, out var state) && state != JobState.Done)) continue;
                open.Remove(item);
                ended[item.Id] = JobState.Waiting;
            }

            foreach (var done in open.Where(i => i.IsDone).ToArray())
            {
                open.Remove(done);
                ended[done.Id] = JobState.Done;
            }

            if (working.Count >= Parallel || working.Exists(c => c.Item.IsTimed)) return null;
            var next = open.Find(i => (!i.IsTimed || working.Count == 0) && i.Needs.All(ended.ContainsKey) && i.Folder.State() != JobState.Running);
            if (next is not null) open.Remove(next);
            return next;
        }

        void End(Child child)
        {
            working.Remove(child);
            var result = child.End();
            if (result.State == JobState.Running)
            {
                open.Insert(0, child.Item);
                return;
            }

            ended[child.Item.Id] = result.State;
            Ended?.Invoke(result);
        }
    }

    private static void Stop(List<Child> working, CancellationToken cancellation)
    {
        foreach (var child in working) child.Stop();
        foreach (var child in working) child.Wait();
        throw new OperationCanceledException(cancellation);
    }

    /// <summary>The process of an item.</summary>
    private sealed class Child
    {
        private readonly Process _process;
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Task<string> _errors;

        public Child(WorkItem item, HostCommand command)
        {
            Item = item;
            var start = new ProcessStartInfo(command.Program, [.. command.Arguments, .. item.Arguments, StopsWithStdin])
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

        public WorkItem Item { get; }

        public Task Exit { get; }

        public void Stop() => _process.StandardInput.Close();

        public void Wait()
        {
            _process.WaitForExit();
            _process.Dispose();
        }

        public EndedItem End()
        {
            using var process = _process;
            var state = Item.Folder.State();

            // One that was killed could not say so.
            if (state is JobState.Waiting or JobState.Stopped)
            {
                var errors = _errors.Result.Trim();
                var problem = $"the process ended with exit code {process.ExitCode}{(errors.Length > 0 ? ": " + errors[Math.Max(0, errors.Length - TailLength)..] : "")}";
                return new EndedItem(Item, JobState.Failed, _clock.Elapsed, Item.Folder.TryWriteError(problem) ?? problem);
            }

            return new EndedItem(Item, state, _clock.Elapsed, Item.Folder.ReadError());
        }
    }
}
