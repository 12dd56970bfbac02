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
            "Times that every image is seen; the learning rate's milestones move in proportion. By default the published number of steps: hours to weeks.",
            1);
        var from = new Option<string?>("--from") { Description = "Start from this model's weights instead of fresh ones.", HelpName = "MODEL" };
        var output = new Option<string?>("--out", "-o") { Description = $"The folder for the run's folder; {DefaultRuns} when not given.", HelpName = "DIR" };
        var command = new Command(Verb, """
            Train a detector, by default with the published recipe. The run's folder holds its configuration, metrics as table and curves, the last and
            the best model, and its state: a run that was stopped (Ctrl-C) or killed goes on with --resume as if nothing had happened.

            Examples:
              secateur train eresfd --data WIDER --epochs 30
              secateur train extd64 --data WIDER --from extd64.safetensors --lr 0.0001 --epochs 5 --batch 8
              secateur train --resume runs/train/eresfd-1
            """) { architecture, epochs, from, output };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (options.Resumes(result)) return;
            if (result.GetValue(architecture) is null) result.AddError($"name a network ({string.Join(", ", Architectures.Names)}), or a run to go on with (--resume)");
            else if (result.GetValue(options.Data) is null) result.AddError("--data is missing: the folder of images to train on");
        });
        command.SetCancellableAction((parsed, cancellation) =>
        {
            var runs = parsed.GetValue(output) ?? DefaultRuns;
            using var run = options.Resumes(parsed.CommandResult)
                ? options.Resume(parsed, Verb, runs, RunSession.Announce)
                : Start(parsed.GetValue(architecture)!, parsed.CommandResult.IsGiven(epochs) ? parsed.GetValue(epochs) : null, parsed.GetValue(from), runs);
            return RunSession.Run(run, Verb, parsed.GetValue(options.Json), cancellation);

            TrainingRun Start(string name, int? count, string? source, string runs)
            {
                var network = Architectures.Create(name);
                var folder = options.NewFolder(parsed, runs, name);
                var model = source is null ? Initializer.Create(network, parsed.GetValue(options.Seed)) : Read(source, name);
                var data = options.Open(parsed);
                var config = options.Apply(parsed, batch => TrainingConfig.For(source ?? name, model.Network, data, batch, count));
                RunSession.Announce(config, data);
                return TrainingRun.Start(folder, config, model, data);
            }
        });
        return command;
    }

    private static Model Read(string path, string architecture)
    {
        var model = ModelFile.Read(path);
        return model.Network.Architecture == architecture ? model : throw new UsageException($"{path}: is a model of {model.Network.Architecture}, not of {architecture}");
    }
}
