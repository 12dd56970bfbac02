using System.CommandLine;
using Secateur.Bench.Statistics;
using Secateur.Bench.Training;
using Secateur.Models;
using Secateur.Mpi;
using Secateur.Training;
using Secateur.Training.Engine;

namespace Secateur.Bench.Ranks;

/// <summary><c>ranks</c>: training steps that processes of mpirun take together, and what they say to each other.</summary>
internal static class RanksCommand
{
    public static Command Create()
    {
        var architecture = new Argument<string>("NETWORK") { Description = $"The network: {string.Join(", ", Architectures.Names)}.", DefaultValueFactory = _ => Architectures.Names[0] };
        architecture.AcceptOnlyFromAmong([.. Architectures.Names]);
        var batch = Count("--batch", "Images a step, of all processes together.", 16);
        var chunks = Count("--chunks", "Chunks of each kernel call, of all processes together.", TrainingEngineOptions.UsualChunks);
        var size = Count("--imgsz", "Rows and columns of each image.", 640);
        var steps = Count("--steps", "Steps to measure.", 3);
        var threads = Count("--threads", "Threads of each process.", 1);
        var paper = Count("--paper-batch", "Images a step in the model on paper.", 64);
        var command = new Command("ranks", "Time training steps that the processes of mpirun take together, and their messages; from these, on paper, steps on many machines: mpirun -n 2 bench ranks eresfd.")
        {
            architecture, batch, chunks, size, steps, threads, paper,
        };
        command.SetAction(parsed =>
        {
            using var job = MpiJob.Join();
            try
            {
                Run(parsed, job?.Ranks ?? Collective.Alone);
            }
            catch (Exception error) when (job is { Ranks.Size: > 1 })
            {
                // The others wait for this process, for ever.
                Console.Error.WriteLine($"rank {job.Ranks.Rank}: {error.Message}");
                MpiJob.Abort(1);
            }
        });
        return command;

        void Run(ParseResult parsed, Collective ranks)
        {
            var counted = new CountedCollective(ranks);
            var settings = new TrainingSettings(
                parsed.GetValue(architecture)!,
                parsed.GetValue(batch),
                parsed.GetValue(size),
                parsed.GetValue(steps),
                parsed.GetValue(threads),
                Data: null,
                MemoryLimitBytes: null,
                parsed.GetValue(chunks));
            var shared = Measure(settings, counted);
            var messages = counted.Costs.Over(settings.Steps);

            // Processor time, without the others' messages, is what hardly depends on other work on the machine.
            if (!counted.IsFirst) return;
            var own = settings.Batch / counted.Size;
            var alone = Measure(settings with { Batch = own, Chunks = settings.Chunks / counted.Size, Threads = 1 }, new CountedCollective(Collective.Alone));
            Print(settings, shared, messages, counted.Size, alone.ProcessorMs / own, parsed.GetValue(paper));
        }
    }

    private static Option<int> Count(string name, string description, int initial) => new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => initial };

    /// <summary>Takes a step that does not count, then the measured ones.</summary>
    private static SharedSteps Measure(TrainingSettings settings, CountedCollective ranks)
    {
        using var benchmark = new TrainingBenchmark(settings, ranks);
        benchmark.TakeStep();
        ranks.Reset();
        var processor = Environment.CpuUsage.TotalTime;
        double[] steps = [.. Enumerable.Range(0, settings.Steps).Select(_ => benchmark.TakeStep().Sum())];
        processor = Environment.CpuUsage.TotalTime - processor;
        return new SharedSteps(steps, processor.TotalMilliseconds / steps.Length, benchmark.WorkspaceBytes, benchmark.Losses[^1]);
    }

    private static void Print(TrainingSettings settings, SharedSteps shared, MessageCosts messages, int ranks, double imageMs, int batch)
    {
        Report.Line($"{settings.Architecture}, batch {settings.Batch} at {settings.ImageSize} x {settings.ImageSize}, {ranks} processes of {settings.Threads} threads, {settings.Chunks} chunks");
        Report.Line();
        Report.Line($"* step: median {Spread.Of(shared.StepMs).Median:F1} ms, {shared.StepMs.Min():F1} to {shared.StepMs.Max():F1} ms");
        Report.Line($"* processor time of one image: {imageMs:F1} ms, in one process and thread");
        Report.Line($"* workspace of a process: {shared.WorkspaceBytes / 1e9:F2} GB");
        Report.Line($"* gathers: {messages.Gathers:F0} a step, {messages.GatherBytes / 1e6:F2} MB in all, {messages.GatherMs:F1} ms, waiting for the others included");
        Report.Line($"* exchanges: {messages.Exchanges:F0} a step, {messages.ExchangeBytes / 1e6:F2} MB of each process, {messages.ExchangeMs:F1} ms");
        Report.Line($"* loss of the last step: {shared.LastLoss:R}");
        if (ranks == 1) return;
        Report.Line();
        Report.Line($"On paper, batch {batch}, one thread a process:");
        Report.Line();
        var model = new ClusterModel(imageMs, batch, messages, ranks);
        Report.Table(
            1,
            ["processes", .. ClusterNetwork.All.SelectMany(n => new[] { $"{n}: step", "of that messages", "times as fast" })],
            [.. ClusterModel.Sizes.Where(n => n <= batch).Select(n => (string[])[
                $"{n}",
                .. ClusterNetwork.All.SelectMany(net => new[] { $"{model.StepMs(net, n):F1} ms", $"{model.MessageMs(net, n):F1} ms", $"{model.Speedup(net, n):F1}" }),
            ])]);
    }

    /// <summary>Measured steps of a process.</summary>
    private sealed record SharedSteps(double[] StepMs, double ProcessorMs, long WorkspaceBytes, double LastLoss);
}
