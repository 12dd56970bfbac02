using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Experiments;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Work;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment job</c>: one job, in this process; what executors call.</summary>
internal static class ExperimentJobCommand
{
    public static Command Create()
    {
        var place = new Argument<string>("EXPERIMENT") { Description = "The experiment's folder." };
        var id = new Argument<string>("JOB") { Description = "The job's name." };
        var device = ComputeDevice.Option("Where training and evaluation run.");
        var threads = CommonOptions.Threads("Threads.", Environment.ProcessorCount);
        var otherSimd = TrainingOptions.OtherSimd("a job");
        var stops = new Option<bool>(LocalExecutor.StopsWithStdin) { Description = "Stop, with the state saved, when stdin ends." };
        var command = new Command("job", "Do one job of an experiment, or go on with it, in this process. secateur experiment calls this, here or on other machines.") { place, id, device, threads, otherSimd, stops };
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var experiment = Experiment.Open(parsed.GetValue(place)!);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (parsed.GetValue(stops)) new Thread(() => StopWithStdin(stop)) { IsBackground = true }.Start();
            var job = experiment.Graph[parsed.GetValue(id)!];
            using var computing = ComputeDevice.Open(parsed.GetValue(device));
            JobWork.Do(experiment, job, computing.Backend, parsed.GetValue(threads), parsed.GetValue(otherSimd), cancellation: stop.Token);
            return 0;
        });
        return command;
    }

    private static void StopWithStdin(CancellationTokenSource stop)
    {
        try
        {
            while (Console.In.Read() >= 0)
            {
                // Only its end matters.
            }

            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The job has ended meanwhile.
        }
    }
}
