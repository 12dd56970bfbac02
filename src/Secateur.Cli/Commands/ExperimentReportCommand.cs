using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments.Reports;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment report</c>: the report of what is there so far.</summary>
internal static class ExperimentReportCommand
{
    public static Command Create()
    {
        var place = ExperimentStatusCommand.Place();
        var json = CommonOptions.Json();
        var command = new Command("report", """
            Write the report of an experiment anew, of whatever is done so far: report.html, tables.md, tables as CSV, figures as SVG.

            Examples:
              secateur experiment report
              secateur experiment report runs/experiment/paper-1
            """) { place, json };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var experiment = ExperimentOptions.Find(parsed.GetValue(place));
            ProgressBar.Run("report", progress => ExperimentReport.Write(experiment, (done, total) => progress.Report((done, total)), cancellation));
            ExperimentDisplay.Print(experiment, parsed.GetValue(json));
            return 0;
        });
        return command;
    }
}
