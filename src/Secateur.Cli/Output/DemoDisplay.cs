using Secateur.Demo;
using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>Shows on stderr how a demonstration goes: a line for every finished stage and, on a terminal, a bar.</summary>
internal static class DemoDisplay
{
    /// <summary>Runs <paramref name="work"/> with a display; silent where only the result is wanted.</summary>
    public static T Run<T>(bool silent, Func<IProgress<DemoProgress>?, T> work)
    {
        if (silent) return work(null);
        if (Console.IsErrorRedirected) return work(new Display(null));
        return Report.Remarks.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
            .Start(context => work(new Display(context.AddTask(""))));
    }

    private sealed class Display(ProgressTask? bar) : IProgress<DemoProgress>
    {
        private readonly Lock _gate = new();

        public void Report(DemoProgress value)
        {
            lock (_gate)
            {
                if (value.Seconds is { } seconds) Tell(FormattableString.Invariant($"{value.Stage}: {seconds:F1} s"));
                if (bar is null) return;
                bar.Description = Markup.Escape(value.Stage);
                bar.MaxValue = value.Total;
                bar.Value = value.Seconds is null ? value.Done : 0;
            }
        }

        private void Tell(string line)
        {
            if (bar is null) Output.Report.Remark(line);
            else Output.Report.Remarks.WriteLine(line);
        }
    }
}
