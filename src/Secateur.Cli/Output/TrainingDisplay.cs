using System.Diagnostics;
using System.Globalization;
using Secateur.Training.Runs;
using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>
/// Shows on stderr how training goes: a line for every epoch, and in between a bar on a terminal, elsewhere a line every half a minute.
/// </summary>
internal static class TrainingDisplay
{
    // The first steps tell how long the whole will take.
    private const int MeasuredSteps = 5;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Runs <paramref name="work"/> with a display; silent where only the result is wanted.</summary>
    public static T Run<T>(bool silent, Func<IProgress<TrainingProgress>?, T> work)
    {
        if (silent) return work(null);
        if (Console.IsErrorRedirected) return work(new Lines());
        return Report.Remarks.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 24 }, new SpinnerColumn())
            .Start(context => work(new Bar(context.AddTask("starting"))));
    }

    private static string Epoch(TrainingProgress p) => $"{p.Phase} epoch {Figures.Count(p.Epoch)}/{Figures.Count(p.Epochs)}";

    private static string Describe(TrainingProgress p) => p.Activity switch
    {
        RunActivity.MeasuringGradients => $"{Epoch(p)}: gradients for the criterion, batch {p.Done}/{p.Total}",
        RunActivity.ValidationLoss => $"{Epoch(p)}: validation loss, image {p.Done}/{p.Total}",
        RunActivity.Detecting => $"{Epoch(p)}: validation AP, image {p.Done}/{p.Total}",
        _ => $"{Epoch(p)}, step {p.Done}/{p.Total}: {Figures.Losses(p)}{Speed(p)}"
            + (p.Left is { } left ? $", {Figures.Duration(left)} left" : ""),
    };

    private static string Speed(TrainingProgress p) => p.ImagesPerSecond > 0 ? $", {Figures.Rate(p.ImagesPerSecond)} images/s" : "";

    private static string Describe(TrainingProgress p, EpochMetrics m)
    {
        var validation = m is { ValLossL: { } l, ValLossC: { } c } ? $", validation {Figures.Loss(l)} + {Figures.Loss(c)}"
            : m.ValDistillationLoss is { } held ? $", on images held out {Figures.Share(held)}" : "";
        var precision = m.ApEasy is not null || m.ApMedium is not null
            ? $", AP {Figures.Precision(m.ApEasy)} {Figures.Precision(m.ApMedium)} {Figures.Precision(m.ApHard)}"
            : m.Ap is null ? "" : $", AP {Figures.Precision(m.Ap)}";
        var sparsity = m.Sparsity >= 0.00005 ? $", {Figures.Percent(m.Sparsity)} sparse" : "";
        return $"{Epoch(p)}: {Figures.Losses(m)}{validation}{precision}{sparsity}, "
            + string.Create(CultureInfo.InvariantCulture, $"{Figures.Rate(m.ImagesPerSecond)} images/s, {m.Waiting:P1} waiting for data");
    }

    private static string? Forecast(TrainingProgress p, int steps) => steps == MeasuredSteps && p.Left is { } left
        ? $"At {Figures.Rate(p.ImagesPerSecond)} images/s, the steps to go take about {Figures.Duration(left)}, validation not counted."
        : null;

    private sealed class Lines : IProgress<TrainingProgress>
    {
        private readonly Lock _gate = new();
        private readonly Stopwatch _quiet = Stopwatch.StartNew();
        private int _steps;

        public void Report(TrainingProgress value)
        {
            lock (_gate)
            {
                if (value.Finished is { } row) Tell(Describe(value, row));
                else if (value.Activity == RunActivity.Training && Forecast(value, ++_steps) is { } forecast) Tell(forecast);
                else if (_quiet.Elapsed >= Interval) Tell(Describe(value));
            }
        }

        private void Tell(string line)
        {
            Output.Report.Remark(line);
            _quiet.Restart();
        }
    }

    private sealed class Bar(ProgressTask task) : IProgress<TrainingProgress>
    {
        private readonly Lock _gate = new();
        private int _steps;

        public void Report(TrainingProgress value)
        {
            lock (_gate)
            {
                if (value.Finished is { } row) Output.Report.Remarks.WriteLine(Describe(value, row));
                else if (value.Activity == RunActivity.Training && Forecast(value, ++_steps) is { } forecast) Output.Report.Remarks.WriteLine(forecast);
                task.Description = Markup.Escape(Describe(value));
                task.MaxValue = value.Total;
                task.Value = value.Done;
            }
        }
    }
}
