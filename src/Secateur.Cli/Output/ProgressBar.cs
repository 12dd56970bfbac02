using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>A progress bar on stderr with the time left; nothing where stderr is no terminal.</summary>
internal static class ProgressBar
{
    /// <summary>Runs <paramref name="work"/>, which reports (done, total) from any thread; a total of 0 is not known.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Does it.</param>
    /// <param name="note">What else to show beside it; asked at each report.</param>
    public static T Run<T>(string what, Func<IProgress<(int Done, int Total)>, T> work, Func<string>? note = null)
    {
        if (Console.IsErrorRedirected) return work(new Quiet());
        return Report.Remarks.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(context => work(new Bar(context.AddTask(Markup.Escape(what)), what, note)));
    }

    private sealed class Quiet : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value)
        {
        }
    }

    private sealed class Bar(ProgressTask task, string what, Func<string>? note) : IProgress<(int Done, int Total)>
    {
        private readonly Lock _gate = new();

        public void Report((int Done, int Total) value)
        {
            lock (_gate)
            {
                if (note is not null) task.Description = Markup.Escape($"{what} {note()}");
                task.IsIndeterminate = value.Total == 0;
                task.MaxValue = Math.Max(value.Total, value.Done);
                task.Value = Math.Max(task.Value, value.Done);
            }
        }
    }
}
