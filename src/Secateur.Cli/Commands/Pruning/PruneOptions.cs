using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Search.Trials;
using Secateur.Training;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>What <c>prune</c> asks, beside what training asks, too.</summary>
internal sealed class PruneOptions
{
    private const string UsualCriterion = "fpgm";
    private const string ExpectedRate = "at least 0 and less than 1";
    private static readonly string DefaultRuns = Path.Combine("runs", PruneCommand.Verb);

    private readonly Option<string?> _criterion = CommonOptions.Choice(
        "--criterion", $"Which filters go. {FilterCriteria.Description}.", FilterCriteria.Names, UsualCriterion);
    private readonly Option<double> _rate = CommonOptions.Number<double>("--rate", "The share of each layer's filters that goes, from 0 to below 1.", "R", ExpectedRate, IsRate);
    private readonly Option<PruningTarget?> _target = TargetOption();
    private readonly Option<string?> _mask = new("--mask")
    {
        Description = "A mask of --save-mask, which says itself which filters go. With --data they are frozen from the beginning: there are no soft epochs.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _layer = new("--layer")
    {
        Description = "Another rate for the layers that a pattern names, e.g. --layer base.conv*=0.1; may be repeated, the last that matches holds.",
        HelpName = "PATTERN=R",
    };

    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Layers to leave whole, by pattern; may be repeated.", HelpName = "PATTERN" };
    private readonly Option<int> _roundTo = CommonOptions.Number<int>(
        "--round-to", "Every layer that loses filters keeps a multiple of so many, rounded up.", "N", "from 1 to 4096", n => n is >= 1 and <= 4096);
    private readonly Option<int> _epochs = TrainingOptions.Epochs(
        "--epochs", $"Soft pruning epochs, in which zeroed filters may grow back; 0: prune in one shot. By default {PruningSchedule.SoftEpochs} with --data or --distill, else 0.", 0);
    private readonly Option<int> _every = TrainingOptions.Epochs("--prune-every", "Zero filters after every so many soft epochs, and after the last.", 1, 1);
    private readonly Option<int> _finetune = TrainingOptions.Epochs(
        "--finetune-epochs", "Epochs after the soft ones, with the zeroed filters frozen: half of them at the learning rate, half at a tenth.", 0, 10);
    private readonly Option<int> _batches = CommonOptions.Count("--batches", "Batches of --data or --distill on which a criterion that needs gradients measures them, at most an epoch.", PruningSchedule.UsualBatches, 100_000);
    private readonly Option<string?> _output = new("--out", "-o")
    {
        Description = "In one shot: the masked model to write, MODEL-CRITERION-PERCENT.safetensors when not given. "
            + $"With --data or --distill: the folder for the run's folder, {DefaultRuns} when not given.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _saveMask = new("--save-mask") { Description = "Write the filters that are zero in the end as a mask, for --mask.", HelpName = "FILE" };
    private readonly Option<bool> _force = CommonOptions.Force();

    public PruneOptions() => Source.Arity = ArgumentArity.ZeroOrOne;

    public Argument<string> Source { get; } = CommonOptions.Model();

    public Option<string?> Architecture { get; } = CommonOptions.Architecture();

    public TrainingOptions Training { get; } = new();

    public SearchOptions Search { get; } = new();

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(Source);
        Option[] own = [Architecture, _criterion, _rate, _target, _mask, _layer, _exclude, _roundTo, _epochs, _every, _finetune, _batches, _output, _saveMask, _force, Training.Distill];
        foreach (var option in own) command.Options.Add(option);
        Search.AddTo(command, Training.Resumes);
        Training.AddTo(command, [_saveMask, .. Search.OfCluster]);
        command.Validators.Add(result =>
        {
            if (!Training.Resumes(result) && !Search.IsTrial(result) && ProblemIn(result) is { } problem) result.AddError(problem);
        });
    }

    /// <summary>The folder of runs.</summary>
    public string RunsOf(ParseResult parsed) => parsed.GetValue(_output) ?? DefaultRuns;

    /// <summary>The target; null where none was given.</summary>
    public PruningTarget? TargetOf(ParseResult parsed) => parsed.GetValue(_target);

    /// <summary>The mask to apply; null where a criterion chooses.</summary>
    public string? MaskOf(ParseResult parsed) => parsed.GetValue(_mask);

    /// <summary>The mask to write; null where none is wanted.</summary>
    public string? SavedMaskOf(ParseResult parsed) => parsed.GetValue(_saveMask);

    /// <summary>The soft epochs: those given; with a mask none; null for as many as were published.</summary>
    public int? SoftEpochsOf(ParseResult parsed) =>
        parsed.CommandResult.IsGiven(_epochs) ? parsed.GetValue(_epochs) : MaskOf(parsed) is null ? null : 0;

    /// <summary>Opens what is to compute.</summary>
    /// <exception cref="UsageException">The device cannot do it.</exception>
    public ComputeDevice OpenDevice(ParseResult parsed, Collective ranks) => Distills(parsed) ? Training.OpenProcessor(parsed, ranks) : Training.OpenDevice(parsed, ranks);

    /// <summary>Whether nothing is trained.</summary>
    public bool IsOneShot(ParseResult parsed)
    {
        var given = parsed.CommandResult;
        return Training.ImagesOf(given) is null || (given.IsGiven(_epochs) && parsed.GetValue(_epochs) == 0 && !given.IsGiven(_finetune));
    }

    /// <summary>The schedule; of a target's rate, 0.</summary>
    /// <exception cref="UsageException">A layer's rate cannot be read.</exception>
    public PruningSchedule ScheduleOf(ParseResult parsed)
    {
        var given = parsed.CommandResult;
        return new PruningSchedule
        {
            Criterion = parsed.GetValue(_criterion)!,
            Rate = given.IsGiven(_rate) ? parsed.GetValue(_rate) : 0,
            LayerRates = [.. (parsed.GetValue(_layer) ?? []).Select(ParseLayer), .. (parsed.GetValue(_exclude) ?? []).Select(p => new LayerRate(p, 0))],
            RoundTo = given.IsGiven(_roundTo) ? parsed.GetValue(_roundTo) : null,
            Target = TargetOf(parsed)?.ToString(),
            Mask = Path.GetFileName(MaskOf(parsed)),
            Batches = given.IsGiven(_batches) ? parsed.GetValue(_batches) : null,
            Every = parsed.GetValue(_every),
            FinetuneEpochs = parsed.GetValue(_finetune),
        };
    }

    /// <summary>The name of what comes of it: the model's, with what was done.</summary>
    public string DefaultNameOf(ParseResult parsed)
    {
        string Suffix()
        {
            if (MaskOf(parsed) is { } mask) return Path.GetFileNameWithoutExtension(mask);
            var criterion = parsed.GetValue(_criterion);
            return TargetOf(parsed) is { } target
                ? string.Create(CultureInfo.InvariantCulture, $"{criterion}-{target.Metric.ToString().ToLowerInvariant()}-{target.Limit}")
                : $"{criterion}-{Percent(parsed.GetValue(_rate))}";
        }

        return CommonOptions.DefaultOutput(parsed.GetValue(Source)!, $"-{Suffix()}");
    }

    /// <summary>The model to write in one shot.</summary>
    /// <exception cref="UsageException">It cannot be written there.</exception>
    public string OneShotOutputOf(ParseResult parsed, Collective ranks)
    {
        var (source, mask) = (parsed.GetValue(Source)!, MaskOf(parsed));
        var output = parsed.GetValue(_output) ?? DefaultNameOf(parsed);

        // The first process writes it, perhaps before another one looks.
        if (ranks.IsFirst) CommonOptions.RequirePlace(output, parsed.GetValue(_force), source, mask ?? source);
        if (SavedMaskOf(parsed) is { } saved && RealPath.Same(saved, output)) throw new UsageException($"--save-mask and --out name one file, {output}");
        return output;
    }

    /// <summary>Makes sure, before any work, that the mask can be written.</summary>
    /// <exception cref="UsageException">It cannot be written there.</exception>
    public void RequireMaskPlace(ParseResult parsed)
    {
        if (SavedMaskOf(parsed) is not { } saved) return;
        List<string> inputs = [.. new[] { parsed.GetValue(Source), MaskOf(parsed) }.OfType<string>()];
        CommonOptions.RequirePlace(saved, parsed.GetValue(_force), [.. inputs]);
    }

    /// <summary>Checks what several processes cannot do together.</summary>
    /// <exception cref="UsageException">It is asked for.</exception>
    public void RequireOneProcess(ParseResult parsed, Collective ranks)
    {
        if (ranks.Size == 1) return;
        if (Search.IsWanted(parsed) || Search.IsTrial(parsed.CommandResult)) throw new UsageException("--search is for one process; its trials run beside each other with --parallel");
        if (TargetOf(parsed) is { Metric: TargetMetric.Latency }) throw new UsageException("--target latency is for one process: each would measure other times");
    }

    /// <summary>A rate as file names have it.</summary>
    public static string Percent(double rate) => (rate * 100).ToString("0.##", CultureInfo.InvariantCulture);

    private bool Distills(ParseResult parsed)
    {
        if (!Training.Resumes(parsed.CommandResult)) return parsed.GetValue(Training.Distill) is not null;
        var folder = Training.ResumedFolder(parsed, RunsOf(parsed));
        return !SearchFolder.IsSearch(folder) && RunFolder.Open(folder).ReadConfig().Distill;
    }

    private string? ProblemIn(CommandResult result)
    {
        if (result.GetValue(Source) is null) return "name a model to prune, or a run to go on with (--resume)";
        if (result.IsGiven(Training.Data) && result.IsGiven(Training.Distill)) return "--data and --distill exclude each other: faces that are labelled, or the outputs of the model itself";
        if (Search.ProblemIn(result, Training.Data, _target) is { } searching) return searching;
        Option[] choices = [.. new Option[] { _rate, _target, _mask }.Where(result.IsGiven)];
        if (choices is []) return "--rate is missing: the share of each layer's filters that goes; or give a size to reach (--target), or a mask (--mask)";
        if (choices is [var first, var second, ..]) return $"{first.Name} and {second.Name} exclude each other";
        return result.IsGiven(_mask) ? ProblemWithMask(result) : ProblemWithCriterion(result);
    }

    private string? ProblemWithMask(CommandResult result)
    {
        Option[] meaningless = [_criterion, _layer, _exclude, _roundTo, _batches, _every, Training.Unfreeze];
        if (Array.Find(meaningless, result.IsGiven) is { } other) return $"{other.Name} means nothing to --mask, which says which filters go, and for good";
        if (result.IsGiven(_epochs) && result.GetValue(_epochs) > 0) return "--epochs means nothing to --mask: its filters are frozen from the beginning, for as long as --finetune-epochs says";
        if (result.IsGiven(Training.Distill)) return "--mask and --distill exclude each other: a run with a mask begins with the masked model, whose outputs there would be nothing to learn from";
        return ProblemWithData(result);
    }

    private string? ProblemWithCriterion(CommandResult result)
    {
        var name = result.GetResult(_criterion) is { Tokens: [.., var token] } ? token.Value : UsualCriterion;
        var needsGradients = FilterCriteria.Names.Contains(name) && FilterCriteria.Create(name, 0).NeedsGradients;
        var oneShot = result.IsGiven(_epochs) && result.GetValue(_epochs) == 0 && !result.IsGiven(_finetune);
        if (Training.ImagesOf(result) is null && needsGradients) return $"--criterion {name} needs --data or --distill, the images to measure gradients on; for pruning in one shot with --epochs 0";
        if (!needsGradients && result.IsGiven(_batches)) return $"--batches means nothing to --criterion {name}";
        if (ProblemWithData(result) is { } problem) return problem;
        return oneShot && !needsGradients && Training.NeedingWork(result) is { } elsewhere ? $"{elsewhere.Name} means nothing to --criterion {name} in one shot: nothing is trained" : null;
    }

    private string? ProblemWithData(CommandResult result)
    {
        var hasData = Training.ImagesOf(result) is not null;
        if (!hasData && result.IsGiven(_epochs) && result.GetValue(_epochs) > 0) return "--epochs needs --data or --distill, the images to train on";
        if (hasData && result.GetValue(_force) && !(result.IsGiven(_epochs) && result.GetValue(_epochs) == 0)) return "--force is for pruning in one shot; a run takes a folder of its own";
        var times = SearchOptions.AsksForLatency(result, _target);
        return !hasData && Training.NeedingData(result, times, _every, _finetune) is { } option ? $"{option.Name} needs --data or --distill, the images to train on" : null;
    }

    private static bool IsRate(double rate) => rate is >= 0 and < 1;

    private static LayerRate ParseLayer(string text)
    {
        var at = text.LastIndexOf('=');
        return at > 0 && double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && IsRate(rate)
            ? new LayerRate(text[..at], rate)
            : throw new UsageException($"--layer is '{text}'; expected PATTERN=RATE with a rate of {ExpectedRate}");
    }

    private static Option<PruningTarget?> TargetOption() => new("--target")
    {
        Description = "Instead of --rate: what the compacted model is to have at most, as shares of the model as given, or its median time for one image, measured on one thread "
            + "(or those of --threads). The lowest rate that meets it is taken.",
        HelpName = "parameters=SHARE|macs=SHARE[@HxW]|latency=TIMEms[@HxW]",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (PruningTarget.TryParse(text, out var target)) return target;
            result.AddError($"--target is '{text}'; expected {PruningTarget.Expected}");
            return null;
        },
    };
}
