using System.CommandLine;
using System.Runtime.InteropServices;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Mpi;
using Secateur.Training;

namespace Secateur.Cli.Commands;

/// <summary>Commands that several processes, started by mpirun, carry out together.</summary>
internal static class SharedCommand
{
    // SIGUSR2 stops as Ctrl-C does: mpirun passes it on at once, and kills nobody. (Of SIGUSR1 that is promised, but version 4.1 keeps it.)
    private static readonly int UserSignal = OperatingSystem.IsMacOS() ? 31 : 12;

    // What all processes find wrong, such as an option, one of them tells; the others give it this time.
    private static readonly TimeSpan TimeToTell = TimeSpan.FromSeconds(3);

    /// <summary>Runs on another thread, as <see cref="CommonOptions.SetCancellableAction"/>, with the processes of the job, or this one alone.</summary>
    public static void SetSharedAction(this Command command, Func<ParseResult, Collective, CancellationToken, int> action) =>
        command.SetCancellableAction((parsed, cancellation) =>
        {
            using var job = MpiJob.Join();
            if (job is null) return action(parsed, Collective.Alone, cancellation);
            if (!job.Ranks.IsFirst) Report.Silence();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var signal = PosixSignalRegistration.Create((PosixSignal)UserSignal, context =>
            {
                context.Cancel = true;
                stop.Cancel();
            });
            try
            {
                return action(parsed, job.Ranks, stop.Token);
            }
            catch (Exception error)
            {
                // The others may wait for this process, for ever: an error of one ends all.
                var failure = Failure.Of(error);
                LetTheFirstTell();
                Problem.Write(job.Ranks.Size == 1 ? failure.Message : $"rank {job.Ranks.Rank} of {job.Ranks.Size} on {Environment.MachineName}: {failure.Message}");
                MpiJob.Abort(failure.Code);
                return failure.Code;
            }
        });

    /// <summary>Waits, unless this is the first process: where that finds the same wrong, it has told so and ended the job meanwhile.</summary>
    public static void LetTheFirstTell()
    {
        if (MpiLauncher.Rank > 0) Thread.Sleep(TimeToTell);
    }
}
