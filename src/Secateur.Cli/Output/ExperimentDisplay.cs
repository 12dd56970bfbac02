using System.Diagnostics;
using Secateur.Experiments;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Reports;
using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>Shows on stderr how an experiment goes: a line for every job that ended and, on a terminal, a bar for all and one for each job in work.</summary>
internal static class ExperimentDisplay
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Runs <paramref name="work"/> with a display; silent where only the result is wanted.</summary>
    public static bool Run(bool silent, IReadOnlyList<WorkItem> items, Func<Action<EndedItem>?, Action<IReadOnlyList<WorkItem>>?, bool> work)
    {
        if (silent) return work(null, null);
        var total = items.Count;
        var done = items.Count(i => i.IsDone);
        if (Console.IsErrorRedirected)
        {
            var quiet = Stopwatch.StartNew();
            return work(
                ended =>
                {
                    Report.Remark(Describe(ended, ++done, total));
                    quiet.Restart();
                },
                working =>
                {
                    if (quiet.Elapsed < Interval) return;
                    Report.Remark(string.Join("; ", working.Select(Describe)));
                    quiet.Restart();
                });
        }

        return Report.Remarks.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .Start(context =>
            {
                var all = context.AddTask("jobs", maxValue: total);
                var bars = new Dictionary<string, ProgressTask>();
                all.Value = done;
                return work(
                    ended =>
                    {
                        Report.Remarks.WriteLine(Describe(ended, ++done, total));
                        all.Value = done;
                        if (bars.Remove(ended.Item.Id, out var bar)) bar.StopTask();
                    },
                    working =>
                    {
                        foreach (var item in working)
                        {
                            if (!bars.TryGetValue(item.Id, out var bar)) bars.Add(item.Id, bar = context.AddTask(""));
                            bar.Description = Markup.Escape(Describe(item));
                            if (item.Folder.ReadProgress() is not { Total: > 0 } progress) continue;
                            bar.MaxValue = progress.Total;
                            bar.Value = progress.Done;
                        }
                    });
            });
    }

    /// <summary>A line for every job of a cluster that has ended.</summary>
    public static Action<WorkItem, JobState> Teller(int total)
    {
        var ended = 0;
        return (item, state) => Report.Remark($"[{++ended}/{total}] {item.Id}: {(state == JobState.Done ? "done" : $"FAILED: {OneLine(item.Folder.ReadError() ?? "")}")}");
    }

    /// <summary>Prints the outcome.</summary>
    public static void Print(Experiment experiment, bool json)
    {
        var board = ExperimentBoard.Look(experiment);
        if (json)
        {
            PrintStatus(experiment, board, json);
            return;
        }

        foreach (var failed in board.Where(s => s.Problem is not null)) Report.Line($"{failed.Job.Id}: {OneLine(failed.Problem!)}");
        if (File.Exists(Path.Combine(experiment.Report, "tables.md"))) Report.Line(File.ReadAllText(Path.Combine(experiment.Report, "tables.md")));
        var page = Path.Combine(experiment.Report, ExperimentReport.Page);
        Report.Line(File.Exists(page) ? $"{page}: tables, figures and pictures" : $"{experiment.Path}: no report yet");
    }

    /// <summary>Prints where the jobs are.</summary>
    public static void PrintStatus(Experiment experiment, IReadOnlyList<JobStatus> board, bool json)
    {
        if (json)
        {
            Report.Json(new
            {
                experiment = experiment.Path,
                report = Path.Combine(experiment.Report, ExperimentReport.Page),
                jobs = board.Select(s => new { s.Job.Id, kind = Name(s.Job.Kind), state = Name(s.State), s.Queue, s.Progress, s.Problem }),
            });
            return;
        }

        Report.Table(["job", "state", "progress"], [.. board.Select(s => (IReadOnlyList<string>)
        [
            s.Job.Id,
            Name(s.State) + (s.Queue is { } queue ? $" ({queue})" : ""),
            s.Problem is { } problem ? OneLine(problem) : s.Progress is { } progress ? $"{progress.Stage}, {progress.Done}/{progress.Total}" : "",
        ])]);
        Report.Line();
        Report.Line($"{experiment.Path}: {board.Count(s => s.State == JobState.Done)} of {board.Count} jobs done, {board.Count(s => s.State == JobState.Failed)} failed");
    }

    private static string Describe(EndedItem ended, int done, int total)
    {
        var how = ended.State == JobState.Done ? Figures.Duration(ended.Elapsed) : $"FAILED: {OneLine(ended.Problem ?? "")}";
        return $"[{done}/{total}] {ended.Item.Id}: {how}";
    }

    private static string Describe(WorkItem item) =>
        item.Id + (item.Folder.ReadProgress() is { } p ? $": {p.Stage}, {p.Done}/{p.Total}" : "");

    private static string OneLine(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c));

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
