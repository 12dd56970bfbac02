using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>A progress bar on stderr with the time left; nothing where stderr is no terminal.</summary>
internal static class ProgressBar
{
    /// <summary>Runs <paramref name="work"/>, which reports (done, total) from any thread.</summary>
    public static T Run<T>(string what, Func<IProgress<(int Done, int Total)>, T> work)
    {
        if (Console.IsErrorRedirected) return work(new Quiet());
        return Report.Remarks.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(context => work(new Bar(context.AddTask(Markup.Escape(what)))));
    }

    private sealed class Quiet : IProgress<(int Done, int Total)>
    {
        public void Report((int Done, int Total) value)
        {
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<(int Done, int Total)>
    {
        private readonly Lock _gate = new();

        public void Report((int Done, int Total) value)
        {
            lock (_gate)
            {
                task.MaxValue = value.Total;
                task.Value = Math.Max(task.Value, value.Done);
            }
        }
    }
}
