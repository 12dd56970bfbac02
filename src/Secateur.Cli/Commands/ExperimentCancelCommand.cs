using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment cancel</c>: takes the jobs of an experiment from the cluster's queue.</summary>
internal static class ExperimentCancelCommand
{
    public static Command Create()
    {
        var place = ExperimentStatusCommand.Place();
        var command = new Command("cancel", """
            Take the jobs of an experiment from Slurm's queue; those that run are stopped. The experiment goes on with --resume. (One that runs on this
            machine stops with Ctrl-C.)

            Examples:
              secateur experiment cancel runs/experiment/paper-1
            """) { place };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var experiment = ExperimentOptions.Find(parsed.GetValue(place));
            var jobs = SlurmJobs.Read(experiment.Path) ?? throw new UsageException($"{experiment.Path}: was not submitted to Slurm");
            jobs.Cancel(cancellation);
            Report.Line($"{experiment.Path}: cancelled; go on with: secateur experiment --resume {experiment.Path} --executor slurm");
            return 0;
        });
        return command;
    }
}
