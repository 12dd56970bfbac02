using System.CommandLine;
using System.CommandLine.Parsing;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment</c>: the paper's tables and figures in one command.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        var options = new ExperimentOptions();
        var output = new Option<string>("--out", "-o")
        {
            Description = "The folder for the experiment's folder.",
            HelpName = "DIR",
            DefaultValueFactory = _ => ExperimentOptions.DefaultFolder,
        };
        var name = new Option<string?>("--name") { Description = "The name of the experiment's folder; by default paper, published or smoke with a number.", HelpName = "NAME" };
        var resume = new Option<string?>("--resume") { Description = "Go on with an experiment that was stopped or killed, named by its folder or its name; jobs that failed are tried again.", HelpName = "EXPERIMENT" };
        var parallel = CommonOptions.Count("--jobs", "Jobs at the same time on this machine; timed ones run alone.", 1, 1024);
        var cluster = new ClusterOptions("jobs");
        var wait = new Option<bool>("--wait") { Description = "With slurm: wait until all jobs have ended." };
        var json = CommonOptions.Json();
        var command = new Command("experiment", """
            Train, prune, compact, evaluate and time all models of a paper, and write its tables and figures with the figures that came out. By default
            the plan of arXiv 2311.16613: EXTD and EResFD, FPGM and L1, 10 to 50 %, 200 + 10 epochs, multi-scale test. The experiment's folder holds
            the plan, a folder for each job, and the report. An experiment that was stopped (Ctrl-C) or killed goes on with --resume, bit for bit; a job
            that fails does not stop the others.

            Examples:
              secateur experiment --smoke
              secateur experiment --data WIDER
              secateur experiment --data WIDER --networks eresfd --from ERES.pth --rates 0.3,0.5 --seeds 0,1 --epochs 8 --finetune-epochs 4
              secateur experiment --data WIDER --published CHECKPOINTS
              secateur experiment --resume runs/experiment/paper-1
              secateur experiment --data WIDER --executor slurm --partition long --threads 16
              secateur experiment status
              secateur experiment report runs/experiment/paper-1
            """) { output, name, resume, parallel, json };
        options.AddTo(command);
        cluster.AddTo(
            command, (_, result) => cluster.IsSlurm(result) && result.IsGiven(parallel) ? "--jobs is for --executor local; Slurm decides how many jobs run at the same time" : null, wait);
        command.Subcommands.Add(ExperimentStatusCommand.Create());
        command.Subcommands.Add(ExperimentReportCommand.Create());
        command.Subcommands.Add(ExperimentCancelCommand.Create());
        command.Subcommands.Add(ExperimentJobCommand.Create());
        command.Validators.Add(result =>
        {
            if (result.Children.OfType<CommandResult>().Any()) return;
            if (result.GetValue(resume) is null) options.Check(result);
            else if ((options.FirstOfPlan(result) ?? Array.Find<Option>([output, name], result.IsGiven)) is { } given) result.AddError($"{given.Name} cannot be changed by --resume: the experiment goes on as it began");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var experiment = parsed.GetValue(resume) is { } place ? ExperimentOptions.Find(place) : Begin(parsed);
            Report.Remark($"Experiment folder: {experiment.Path}");
            var (asJson, again) = (parsed.GetValue(json), $"secateur experiment --resume {experiment.Path}{(cluster.IsSlurm(parsed) ? " --executor slurm" : "")}");
            try
            {
                var done = cluster.IsSlurm(parsed) ? InCluster() : Here();
                if (done) return 0;
                Problem.Write($"not all jobs are done; try the others again with: {again}");
                return ExitCode.Failed;
            }
            catch (OperationCanceledException)
            {
                Problem.Write(cluster.IsSlurm(parsed)
                    ? $"the jobs go on in Slurm; look with: secateur experiment status {experiment.Path}, stop them with: secateur experiment cancel {experiment.Path}"
                    : $"stopped; go on with: {again}");
                return ExitCode.Cancelled;
            }

            bool Here()
            {
                RequireNoneInCluster(experiment);
                var jobs = parsed.GetValue(parallel);
                var items = experiment.Items(options.OfJobs(parsed, experiment.Plan, jobs));
                var done = ExperimentDisplay.Run(asJson, items, (ended, working) =>
                    new LocalExecutor(HostProgram.For("experiment", "job")) { Parallel = jobs, Ended = ended, Working = working }.Run(items, cancellation));
                ExperimentDisplay.Print(experiment, asJson);
                return done;
            }

            bool InCluster()
            {
                var items = experiment.Items(options.OfJobs(parsed, experiment.Plan, 1));
                var count = new SlurmExecutor(experiment.Path, HostProgram.For("experiment", "job"), cluster.Options(parsed, options.ThreadsOfJob(parsed, 1))).Submit(items);
                Report.Remark($"{count} of {items.Length} jobs submitted; look with: secateur experiment status {experiment.Path}");
                if (!parsed.GetValue(wait))
                {
                    if (asJson) ExperimentDisplay.PrintStatus(experiment, ExperimentBoard.Look(experiment), asJson);
                    return true;
                }

                var done = SlurmWatch.Wait(experiment.Path, items, asJson ? null : ExperimentDisplay.Teller(items.Length), cancellation);
                ExperimentDisplay.Print(experiment, asJson);
                return done;
            }
        });
        return command;

        void RequireNoneInCluster(Experiment experiment)
        {
            if (ExperimentBoard.QueueOf(experiment)?.Count(q => SlurmJobs.IsOpen(q.Value)) is > 0 and var count)
                throw new UsageException($"{count} jobs of {experiment.Path} are in Slurm's queue; cancel them first (secateur experiment cancel), or go on there (--executor slurm)");
        }

        Experiment Begin(ParseResult parsed)
        {
            var (plan, kind) = options.Plan(parsed);
            var folder = parsed.GetValue(output)!;
            if (parsed.GetValue(name) is not { } chosen) return Experiment.Create(Path.Combine(folder, kind), plan, numbered: true);
            if (chosen is "" or "." or ".." || Path.GetFileName(chosen) != chosen) throw new UsageException($"--name is '{chosen}'; expected a folder's name, without its path (--out)");
            var path = Path.Combine(folder, chosen);
            return Path.Exists(path) ? throw new UsageException($"{path}: exists already; name another experiment, or go on with --resume {path}") : Experiment.Create(path, plan);
        }
    }
}
