using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Models;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur train</c>: trains a published network.</summary>
internal static class TrainCommand
{
    private const string Verb = "train";
    private static readonly string DefaultRuns = Path.Combine("runs", Verb);

    public static Command Create()
    {
        var architecture = CommonOptions.Argument<string?>("ARCH", $"The network: {string.Join(", ", Architectures.Names)}.");
        architecture.Arity = ArgumentArity.ZeroOrOne;
        architecture.CompletionSources.Add([.. Architectures.Names]);
        var options = new TrainingOptions();
        var epochs = TrainingOptions.Epochs(
            "--epochs",
            "Times that every image is seen; the learning rate's milestones move in proportion. By default the published number of steps: hours to weeks. With --resume: make the run longer, up to that epoch, "
                + "at the learning rate of its end.",
            1);
        var from = new Option<string?>("--from") { Description = "Start from this model's weights instead of fresh ones.", HelpName = "MODEL" };
        var output = new Option<string?>("--out", "-o") { Description = $"The folder for the run's folder; {DefaultRuns} when not given.", HelpName = "DIR" };
        var command = new Command(Verb, """
            Train a detector, by default with the published recipe. The run's folder holds its configuration, metrics as table and curves, the last and
            the best model, and its state: a run that was stopped (Ctrl-C) or killed goes on with --resume as if nothing had happened.
            A training whose loss is over 1,000 times its first value for 25 steps, or not finite, stops with an error.

            Examples:
              secateur train eresfd --data WIDER --epochs 30
              secateur train extd64 --data WIDER --from extd64.safetensors --lr 0.0001 --epochs 5 --batch 8
              secateur train eresfd --data WIDER --device cuda --precision tf32
              mpirun -n 4 secateur train eresfd --data WIDER
              secateur train --resume runs/train/eresfd-1
              secateur train --resume runs/train/eresfd-1 --epochs 60
            """) { architecture, epochs, from, output };
        options.AddTo(command, epochs);
        command.Validators.Add(result =>
        {
            if (options.Resumes(result)) return;
            if (result.GetValue(architecture) is null) result.AddError($"name a network ({string.Join(", ", Architectures.Names)}), or a run to go on with (--resume)");
            else if (!Architectures.Names.Contains(result.GetValue(architecture)!)) result.AddError($"unknown architecture '{result.GetValue(architecture)}'; expected one of {string.Join(", ", Architectures.Names)}");
            else if (result.GetValue(options.Data) is null) result.AddError("--data is missing: the folder of images to train on");
            else if (result.GetValue(options.Unfreeze) && result.GetValue(from) is null) result.AddError("--unfreeze needs --from, the model whose zero filters may grow back");
        });
        command.SetSharedAction((parsed, ranks, cancellation) =>
        {
            var runs = parsed.GetValue(output) ?? DefaultRuns;
            var count = parsed.CommandResult.IsGiven(epochs) ? parsed.GetValue(epochs) : (int?)null;
            using var device = options.OpenDevice(parsed, ranks);
            using var run = options.Resumes(parsed.CommandResult)
                ? options.Resume(parsed, Verb, device, runs, count)
                : Start(parsed.GetValue(architecture)!, parsed.GetValue(from));
            return RunSession.Run(run, Verb, device, parsed.GetValue(options.Json), cancellation);

            TrainingRun Start(string name, string? source)
            {
                var network = Architectures.Create(name);
                var (folder, numbered) = options.NewFolder(parsed, runs, name, ranks);
                var model = source is null ? Initializer.Create(network, parsed.GetValue(options.Seed)) : Read(source, name);
                var data = options.Open(parsed);
                var keeps = source is not null && options.KeepsZeros(parsed, source, model);
                var config = options.Apply(parsed, batch => TrainingConfig.For(source ?? name, model.Network, data, batch, count)) with { KeepZeroFilters = keeps };
                TrainingOptions.Check(config, model.Network, ranks);
                RunSession.Announce(config, data, device);
                return TrainingRun.Start(folder, config, model, data, device.Backend, numbered);
            }
        });
        return command;
    }

    private static Model Read(string path, string architecture)
    {
        var model = ModelSource.Read(path);
        if (model.Quantization is not null) throw new UsageException($"{path}: is quantized; give the model that it was made of");
        return model.Network.Architecture == architecture ? model : throw new UsageException($"{path}: is a model of {model.Network.Architecture}, not of {architecture}");
    }
}
