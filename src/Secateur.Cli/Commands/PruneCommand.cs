using System.CommandLine;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur prune</c>: masks the filters that a criterion chooses, in one shot or over epochs of training.</summary>
internal static class PruneCommand
{
    private const string Verb = "prune";
    private const string UsualCriterion = "fpgm";
    private const string ExpectedRate = "at least 0 and less than 1";
    private static readonly string DefaultRuns = Path.Combine("runs", Verb);

    public static Command Create()
    {
        var source = CommonOptions.Model();
        source.Arity = ArgumentArity.ZeroOrOne;
        var architecture = CommonOptions.Architecture();
        var criterion = CommonOptions.Choice(
            "--criterion", $"Which filters go. {FilterCriteria.Description}.", FilterCriteria.Names, UsualCriterion);
        var rate = CommonOptions.Number<double>("--rate", "The share of each layer's filters that goes, from 0 to below 1.", "R", ExpectedRate, IsRate);
        var layer = new Option<string[]>("--layer")
        {
            Description = "Another rate for the layers that a pattern names, e.g. --layer base.conv*=0.1; may be repeated, the last that matches holds.",
            HelpName = "PATTERN=R",
        };
        var exclude = new Option<string[]>("--exclude") { Description = "Layers to leave whole, by pattern; may be repeated.", HelpName = "PATTERN" };
        var epochs = TrainingOptions.Epochs(
            "--epochs", $"Soft pruning epochs, in which zeroed filters may grow back; 0: prune in one shot. By default {PruningSchedule.SoftEpochs} with --data, else 0.", 0);
        var every = TrainingOptions.Epochs("--prune-every", "Zero filters after every so many soft epochs, and after the last.", 1, 1);
        var finetune = TrainingOptions.Epochs(
            "--finetune-epochs", "Epochs after the soft ones, with the zeroed filters frozen: half of them at the learning rate, half at a tenth.", 0, 10);
        var batches = CommonOptions.Count("--batches", "Batches of --data on which a criterion that needs gradients measures them, at most an epoch.", PruningSchedule.UsualBatches, 100_000);
        var options = new TrainingOptions();
        var output = new Option<string?>("--out", "-o")
        {
            Description = "In one shot: the masked model to write, MODEL-CRITERION-PERCENT.safetensors when not given. "
                + $"With --data: the folder for the run's folder, {DefaultRuns} when not given.",
            HelpName = "PATH",
        };
        var force = CommonOptions.Force();
        var command = new Command(Verb, """
            Zero the filters that a criterion finds dispensable, in one shot, or with --data over epochs of training: soft pruning, then fine-tuning
            with the zeroed filters frozen, then the masked and the compacted model. A run that was stopped (Ctrl-C) or killed goes on with --resume.

            Examples:
              secateur prune eresfd.safetensors --criterion fpgm --rate 0.3 --out pruned.safetensors
              secateur prune extd64.safetensors --criterion l1 --rate 0.5 --exclude base.0.* --layer upfeat.*=0.2
              secateur prune extd64.safetensors --criterion bn --rate 0.3 --exclude upfeat.*.0
              secateur prune eresfd.safetensors --criterion taylor --rate 0.3 --data WIDER --epochs 0 --batches 16
              secateur prune eresfd.safetensors --rate 0.5 --data WIDER --epochs 8 --finetune-epochs 4
              secateur prune --resume runs/prune/eresfd-fpgm-50-1
            """) { source, architecture, criterion, rate, layer, exclude, epochs, every, finetune, batches, output, force };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (options.Resumes(result)) return;
            var oneShot = result.IsGiven(epochs) && result.GetValue(epochs) == 0 && !result.IsGiven(finetune);
            var hasData = result.GetValue(options.Data) is not null;
            var name = result.GetResult(criterion) is { Tokens: [.., var token] } ? token.Value : UsualCriterion;
            var needsGradients = FilterCriteria.Names.Contains(name) && FilterCriteria.Create(name, 0).NeedsGradients;
            if (result.GetValue(source) is null) result.AddError("name a model to prune, or a run to go on with (--resume)");
            else if (!result.IsGiven(rate)) result.AddError("--rate is missing: the share of each layer's filters that goes");
            else if (!hasData && needsGradients) result.AddError($"--criterion {name} needs --data, the images to measure gradients on; for pruning in one shot with --epochs 0");
            else if (!needsGradients && result.IsGiven(batches)) result.AddError($"--batches means nothing to --criterion {name}");
            else if (!hasData && result.IsGiven(epochs) && result.GetValue(epochs) > 0) result.AddError("--epochs needs --data, the images to train on");
            else if (hasData && result.GetValue(force) && !(result.IsGiven(epochs) && result.GetValue(epochs) == 0)) result.AddError("--force is for pruning in one shot; a run takes a folder of its own");
            else if (oneShot && !needsGradients && options.NeedingWork(result) is { } elsewhere) result.AddError($"{elsewhere.Name} means nothing to --criterion {name} in one shot: nothing is trained");
            else if (!hasData && options.NeedingData(result, every, finetune) is { } option) result.AddError($"{option.Name} needs --data, the images to train on");
        });
        command.SetSharedAction((parsed, ranks, cancellation) =>
        {
            var given = parsed.CommandResult;
            var resumes = options.Resumes(given);
            var soft = given.IsGiven(epochs) ? parsed.GetValue(epochs) : (int?)null;
            if (!resumes && (parsed.GetValue(options.Data) is null || (soft == 0 && !given.IsGiven(finetune)))) return InOneShot();
            var runs = parsed.GetValue(output) ?? DefaultRuns;
            using var device = options.OpenDevice(parsed, ranks);
            using var run = resumes ? options.Resume(parsed, Verb, device, runs) : Start(device);
            return RunSession.Run(run, Verb, device, parsed.GetValue(options.Json), cancellation);

            int InOneShot()
            {
                var path = parsed.GetValue(source)!;
                var schedule = Schedule();
                var chosen = FilterCriteria.Create(schedule.Criterion, parsed.GetValue(options.Seed));
                var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, $"-{chosen.Name}-{Percent(schedule.Rate)}");
                if (ranks.IsFirst) CommonOptions.RequirePlace(target, parsed.GetValue(force), path);
                var model = parsed.ReadModel(source, architecture);
                Plan(schedule, model.Network, path).Check(model, chosen);
                using var device = chosen.NeedsGradients ? options.OpenDevice(parsed, ranks) : null;
                var gradients = device is null ? null : Measure(path, model, schedule, device);
                if (!ranks.IsFirst) return 0;
                var pruned = OneShotPruning.Run(model, schedule, chosen, gradients);
                ModelFile.Write(target, pruned);
                OneShotPruning.Print(target, schedule, gradients?.Count, device?.Backend.Device, pruned, parsed.GetValue(options.Json));
                return 0;
            }

            IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Measure(string path, Model model, PruningSchedule schedule, ComputeDevice device)
            {
                var data = options.OpenTraining(parsed);
                var config = options.Apply(parsed, batch => TrainingConfig.For(path, model.Network, data, batch, epochs: 0, schedule));
                TrainingOptions.Check(config with { Epochs = 1 }, model.Network, ranks);
                device.Announce();
                return ProgressBar.Run("measuring gradients", progress => GradientBatches.Measure(model, config, data, device.Backend, RunSession.TellBroken, progress, cancellation));
            }

            TrainingRun Start(ComputeDevice device)
            {
                var path = parsed.GetValue(source)!;
                var schedule = Schedule();
                var stem = Path.GetFileNameWithoutExtension(CommonOptions.DefaultOutput(path, $"-{schedule.Criterion}-{Percent(schedule.Rate)}"));
                var (folder, numbered) = options.NewFolder(parsed, runs, stem, ranks);
                var model = parsed.ReadModel(source, architecture);
                Plan(schedule, model.Network, path);
                var data = options.Open(parsed);
                var keeps = options.KeepsZeros(parsed, path, model);
                var config = options.Apply(parsed, batch => TrainingConfig.For(path, model.Network, data, batch, soft, schedule)) with { KeepZeroFilters = keeps };
                TrainingOptions.Check(config, model.Network, ranks);
                RunSession.Announce(config, data, device);
                return TrainingRun.Start(folder, config, model, data, device.Backend, numbered);
            }

            PruningSchedule Schedule() => new()
            {
                Criterion = parsed.GetValue(criterion)!,
                Rate = parsed.GetValue(rate),
                LayerRates = [.. (parsed.GetValue(layer) ?? []).Select(ParseLayer), .. (parsed.GetValue(exclude) ?? []).Select(p => new LayerRate(p, 0))],
                Batches = given.IsGiven(batches) ? parsed.GetValue(batches) : null,
                Every = parsed.GetValue(every),
                FinetuneEpochs = parsed.GetValue(finetune),
            };
        });
        return command;
    }

    /// <summary>A rate as file names have it.</summary>
    public static string Percent(double rate) => (rate * 100).ToString("0.##", CultureInfo.InvariantCulture);

    /// <exception cref="UsageException">It names no layer, or takes no filter.</exception>
    private static PruningPlan Plan(PruningSchedule schedule, Network network, string model)
    {
        try
        {
            var plan = schedule.ToPlan();
            plan.RequireEffect(network);
            return plan;
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"{Problem.Describe(error)} (secateur inspect {model} lists the layers)");
        }
    }

    private static bool IsRate(double rate) => rate is >= 0 and < 1;

    private static LayerRate ParseLayer(string text)
    {
        var at = text.LastIndexOf('=');
        return at > 0 && double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && IsRate(rate)
            ? new LayerRate(text[..at], rate)
            : throw new UsageException($"--layer is '{text}'; expected PATTERN=RATE with a rate of {ExpectedRate}");
    }
}
