using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Search.Trials;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands.Pruning;

/// <summary><c>secateur prune</c>: masks filters, in one shot or over epochs of training, at rates that are given, found or searched for.</summary>
internal static class PruneCommand
{
    /// <summary>The command's name.</summary>
    public const string Verb = "prune";

    public static Command Create()
    {
        var options = new PruneOptions();
        var command = new Command(Verb, """
            Zero the filters that a criterion finds dispensable, in one shot, or with --data over epochs of training: soft pruning, then fine-tuning
            with the zeroed filters frozen, then the masked and the compacted model. Without labels --distill does the same on any images: the loss
            is the distance from the outputs that the model has as it is given. The rate is given, or found for a size (--target), or searched
            for by layer group (--search). A run or a search that was stopped (Ctrl-C) or killed goes on with --resume.

            Examples:
              secateur prune eresfd --criterion fpgm --rate 0.3 --out pruned.safetensors
              secateur prune extd64.safetensors --criterion l1 --rate 0.5 --exclude base.0.* --layer upfeat.*=0.2 --round-to 8
              secateur prune extd64.safetensors --criterion bn --rate 0.3 --exclude upfeat.*.0
              secateur prune eresfd --criterion taylor --rate 0.3 --data WIDER --epochs 0 --batches 16
              secateur prune eresfd --target parameters=0.5 --save-mask half.json
              secateur prune eresfd --target latency=2.5ms@480x640
              secateur prune eresfd --mask half.json --data WIDER --finetune-epochs 10
              secateur prune eresfd --rate 0.5 --data WIDER --epochs 8 --finetune-epochs 4
              secateur prune eresfd --rate 0.3 --distill PHOTOS --epochs 4 --finetune-epochs 2 --imgsz 320
              secateur prune eresfd --search bayesian --target macs=0.4 --data WIDER --trials 40 --trial-images 2000 --epochs 8
              secateur prune --resume runs/prune/eresfd-fpgm-50-1
            """);
        options.AddTo(command);
        command.SetSharedAction((parsed, ranks, cancellation) =>
        {
            options.RequireOneProcess(parsed, ranks);
            if (options.Search.IsTrial(parsed.CommandResult)) return SearchSession.RunTrial(options, parsed, cancellation);
            if (ranks.IsFirst) options.RequireMaskPlace(parsed);
            var resumes = options.Training.Resumes(parsed.CommandResult);
            if (!resumes && !options.Search.IsWanted(parsed) && options.IsOneShot(parsed)) return OneShotPruning.Run(options, parsed, ranks, cancellation);
            using var device = options.OpenDevice(parsed, ranks);
            if (resumes && SearchFolder.IsSearch(options.Training.ResumedFolder(parsed, options.RunsOf(parsed))))
                return ranks.Size == 1 ? SearchSession.Resume(options, parsed, device, cancellation) : throw new UsageException("a search is for one process; go on with it without mpirun");
            if (options.Search.IsWanted(parsed)) return SearchSession.Start(options, parsed, device, cancellation);
            if (resumes && ranks.Size > 1 && RunFolder.Open(options.Training.ResumedFolder(parsed, options.RunsOf(parsed))).ReadConfig().Pruning?.Target?.StartsWith("latency", StringComparison.Ordinal) == true)
                throw new UsageException("a run with --target latency ends with its time being measured, alone; go on with it without mpirun");
            using var run = resumes ? options.Training.Resume(parsed, Verb, device, options.RunsOf(parsed)) : PruningRun.Start(options, parsed, device, cancellation);
            return Finish(run, options, parsed, device, cancellation);
        });
        return command;
    }

    /// <summary>Runs to the end, and writes the mask where one is wanted.</summary>
    public static int Finish(TrainingRun run, PruneOptions options, ParseResult parsed, ComputeDevice device, CancellationToken cancellation, object? search = null)
    {
        var code = RunSession.Run(run, Verb, device, parsed.GetValue(options.Training.Json), cancellation, options.Training.TimingThreads(parsed), search);
        if (code == 0 && device.Backend.Ranks.IsFirst && options.SavedMaskOf(parsed) is { } saved)
        {
            var masked = ModelFile.Read(run.Folder.Masked);
            FilterMaskFile.Write(saved, FilterMask.FromZeros(masked), masked.Network);
        }

        return code;
    }
}
