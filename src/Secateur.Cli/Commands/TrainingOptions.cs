using System.CommandLine;
using System.CommandLine.Parsing;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Gpu.Devices;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Training;
using Secateur.Training.Engine;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary>What <c>train</c> and <c>prune</c> ask alike.</summary>
internal sealed class TrainingOptions
{
    private const int MostEpochs = 1_000_000;

    private readonly Option<int> _batch = CommonOptions.Count("--batch", "Images of a step.", 16, 4096);
    private readonly Option<int> _size = CommonOptions.Count("--imgsz", "Side of the square images that are trained on, in pixels.", 640, 16_384);
    private readonly Option<double> _rate = CommonOptions.Number<double>(
        "--lr", "Learning rate at the beginning.", "R", "above 0, at most 1e6", r => r is > 0 and <= 1e6, 1e-3);
    private readonly Option<string?> _optimizer = CommonOptions.Choice(
        "--optimizer", "adam, the default for EResFD and with --distill, or sgd with momentum 0.9, the default for EXTD.", ["adam", "sgd"]);
    private readonly Option<double> _decay = CommonOptions.Number<double>(
        "--weight-decay", "L2 weight decay, added to the gradient; with --distill none unless given.", "R", "at least 0 and less than 1", r => r is >= 0 and < 1, 5e-4);
    private readonly Option<int> _threads = CommonOptions.Threads("Threads; the result does not depend on them.", Environment.ProcessorCount);
    private readonly Option<int> _chunks = CommonOptions.Count(
        "--chunks",
        "Parts of each kernel call on the processor, the most threads that work, those of all processes together; sums differ with them in their last bits.",
        TrainingEngineOptions.UsualChunks,
        TrainingConfig.MostChunks);
    private readonly Option<DeviceName> _device = ComputeDevice.Option("Where training and validation run; a run may go on elsewhere.");
    private readonly Option<string?> _precision = ComputeDevice.PrecisionOption();
    private readonly Option<int> _validateEvery = CommonOptions.Number<int>(
        "--val-every",
        "Measure loss and average precision on the validation split after every so many epochs; with --distill the loss on one of twenty images, held out. 0: never.",
        "N",
        $"from 0 to {MostEpochs}",
        n => n is >= 0 and <= MostEpochs,
        5);
    private readonly Option<int> _saveEvery = CommonOptions.Number<int>(
        "--save-every", "Seconds between saved states.", "SECONDS", "from 0 to 86400", n => n is >= 0 and <= 86_400, 60);
    private readonly Option<string?> _name = new("--name") { Description = "The name of the run's folder; by default the model's name with a number.", HelpName = "NAME" };
    private readonly Option<string?> _resume = new("--resume")
    {
        Description = "Go on with a run that was stopped or killed, named by its folder, or by its name; all that its outcome depends on is as it was.",
        HelpName = "RUN",
    };

    private readonly Option<bool> _otherSimd = OtherSimd("a run");

    private readonly Option<bool> _strict = new("--strict") { Description = "Fail at an image or a label that cannot be read, instead of leaving it out." };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "The images to train on: a folder in the layout of WIDER FACE, RetinaFace (label.txt), PASCAL VOC, YOLO or COCO.",
        HelpName = "DIR",
    };

    /// <summary>The images to distil on; of pruning alone.</summary>
    public Option<string?> Distill { get; } = new("--distill")
    {
        Description = "In place of --data: a folder of any images, without labels. The pruned network learns to give the outputs that the model has as it is given.",
        HelpName = "DIR",
    };

    /// <summary>Whether filters that are zero in the given model may grow back.</summary>
    public Option<bool> Unfreeze { get; } = new("--unfreeze") { Description = "Let filters that are zero in the given model grow back; without it a pruned model stays pruned." };

    public Option<int> Seed { get; } = CommonOptions.Number<int>("--seed", "The seed of everything random.", "N", "a whole number", _ => true, 0);

    public Option<bool> Json { get; } = CommonOptions.Json();

    /// <summary>The option to go on with another vector width.</summary>
    /// <param name="what">What goes on.</param>
    public static Option<bool> OtherSimd(string what) => new("--allow-other-simd")
    {
        Description = $"Let {what} that goes on do so with another vector width than before, to an outcome with other last bits, and record that.",
    };

    /// <summary>An option for a number of epochs, without a default.</summary>
    public static Option<int> Epochs(string name, string description, int least, int? initial = null) =>
        CommonOptions.Number<int>(name, description, "N", $"from {least} to {MostEpochs}", n => n >= least && n <= MostEpochs, initial);

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="changeable">What else may be given with --resume.</param>
    public void AddTo(Command command, params Option[] changeable)
    {
        Option[] all = [Data, _batch, _size, _rate, _optimizer, _decay, Seed, _device, _precision, _threads, _chunks, _validateEvery, _saveEvery, _strict, Unfreeze, _name, _resume, _otherSimd, Json];
        foreach (var option in all) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.IsGiven(_otherSimd) && !result.IsGiven(_resume)) result.AddError("--allow-other-simd is for a run that goes on (--resume)");
            if (!result.IsGiven(_resume)) return;
            Option[] compatible = [_resume, _otherSimd, _device, _threads, _saveEvery, Data, Distill, Json, .. changeable];
            var other = result.Children.OfType<OptionResult>().FirstOrDefault(o => !o.Implicit && !compatible.Contains(o.Option) && o.Option.Name != "--out");
            if (other is not null) result.AddError($"{other.Option.Name} cannot be changed by --resume: the run goes on as it began");
            else if (result.Children.OfType<ArgumentResult>().Any(a => a.Tokens.Count > 0)) result.AddError("--resume names the run; what it trains is saved there");
        });
    }

    /// <summary>The first option that was given and that means nothing without data; null where there is none.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="times">Whether something is timed: <c>--threads</c> says on how many then.</param>
    /// <param name="others">Options of the command.</param>
    public Option? NeedingData(SymbolResult result, bool times, params ReadOnlySpan<Option> others)
    {
        Option[] all = [_batch, _size, _rate, _optimizer, _decay, _device, _precision, _chunks, _validateEvery, _saveEvery, _strict, Unfreeze, _name, .. others];
        return Array.Find(times ? all : [.. all, _threads], result.IsGiven);
    }

    /// <summary>Threads of timed runs: those of <c>--threads</c>, or one.</summary>
    public int TimingThreads(ParseResult parsed) => parsed.CommandResult.IsGiven(_threads) ? parsed.GetValue(_threads) : 1;

    /// <summary>The run that is to go on, or the search; by its folder, or by its name among <paramref name="runs"/>.</summary>
    public string ResumedFolder(ParseResult parsed, string runs) =>
        parsed.GetValue(_resume) is { } named && !Directory.Exists(named) ? Path.Combine(runs, named) : parsed.GetValue(_resume)!;

    /// <summary>Whether a run may go on with another vector width.</summary>
    public bool AllowsOtherSimd(ParseResult parsed) => parsed.GetValue(_otherSimd);

    /// <summary>Whether a run is to go on.</summary>
    public bool Resumes(SymbolResult result) => result.IsGiven(_resume);

    /// <summary>The configuration that the options describe, on top of the recipe.</summary>
    public TrainingConfig Apply(ParseResult parsed, Func<int, TrainingConfig> recipe)
    {
        var config = recipe(parsed.GetValue(_batch));
        return config with
        {
            ImageSize = parsed.GetValue(_size),
            LearningRate = parsed.GetValue(_rate),
            Optimizer = parsed.GetValue(_optimizer) is { } name ? Enum.Parse<OptimizerKind>(name, ignoreCase: true) : config.Optimizer,
            WeightDecay = parsed.CommandResult.IsGiven(_decay) ? parsed.GetValue(_decay) : config.WeightDecay,
            Precision = PrecisionIn(parsed),
            Chunks = parsed.GetValue(_chunks),
            Seed = parsed.GetValue(Seed),
            Threads = parsed.GetValue(_threads),
            ValidateEvery = parsed.GetValue(_validateEvery),
            SaveEvery = parsed.GetValue(_saveEvery),
            Strict = parsed.GetValue(_strict),
        };
    }

    /// <summary>Checks what can be checked before anything is announced.</summary>
    /// <exception cref="UsageException">The images are too small for the network, a value is out of its range, or the processes cannot share a batch evenly.</exception>
    public static void Check(TrainingConfig config, Network network, Collective ranks)
    {
        try
        {
            TrainingRun.Check(config, network);
        }
        catch (Exception error) when (error is NetworkException or ArgumentException)
        {
            throw new UsageException(error.Message);
        }

        RequireShares(ranks, config);
    }

    /// <summary>The folder of the images to learn from; null where none is given.</summary>
    public string? ImagesOf(SymbolResult result) => result.GetValue(Data) ?? result.GetValue(Distill);

    /// <summary>Opens the processor, for what runs there alone.</summary>
    /// <exception cref="UsageException">Another device is named, or a precision that it has not.</exception>
    public ComputeDevice OpenProcessor(ParseResult parsed, Collective ranks)
    {
        var device = parsed.GetValue(_device);
        return device.Kind is DeviceKind.Auto or DeviceKind.Cpu
            ? ComputeDevice.Open(new DeviceName(DeviceKind.Cpu), PrecisionIn(parsed), ranks)
            : throw new UsageException($"distillation runs on the processor, not on --device {device}");
    }

    /// <summary>Opens what is to compute.</summary>
    /// <exception cref="UsageException">The device has not this precision, or several processes cannot share it.</exception>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used.</exception>
    public ComputeDevice OpenDevice(ParseResult parsed, Collective ranks) => ComputeDevice.Open(parsed.GetValue(_device), PrecisionIn(parsed), ranks);

    /// <summary>The device that was named; null where none was.</summary>
    public string? DeviceOf(ParseResult parsed) => parsed.CommandResult.IsGiven(_device) ? parsed.GetValue(_device).ToString() : null;

    /// <summary>The first of the options that say where to compute that was given; null where none was.</summary>
    public Option? NeedingWork(SymbolResult result) => Array.Find<Option>([_device, _precision], result.IsGiven);

    /// <summary>Tells what happens to the filters that are zero in a given model.</summary>
    /// <returns>Whether they are to stay zero.</returns>
    public bool KeepsZeros(ParseResult parsed, string source, Model model)
    {
        var zeros = PruningStatistics.Of(model);
        if (zeros.ZeroFilters == 0) return false;
        var layers = zeros.Layers.Count(l => !l.Pruned.IsEmpty);
        var keeps = !parsed.GetValue(Unfreeze);
        Report.Remark($"{source}: {zeros.ZeroFilters} of {zeros.Filters} filters, in {layers} layers, are zero; they "
            + (keeps ? "stay zero (--unfreeze lets them grow back)" : "may grow back (--unfreeze)"));
        return keeps;
    }

    private Precision PrecisionIn(ParseResult parsed) => Enum.Parse<Precision>(parsed.GetValue(_precision)!, ignoreCase: true);

    /// <summary>Opens the data.</summary>
    public TrainingData Open(ParseResult parsed) => Open(parsed, parsed.GetValue(_validateEvery) > 0);

    /// <summary>Opens the images to learn from alone.</summary>
    public TrainingData OpenTraining(ParseResult parsed) => Open(parsed, validate: false);

    private TrainingData Open(ParseResult parsed, bool validate) => parsed.CommandResult.GetValue(Distill) is { } images
        ? TrainingData.OpenUnlabelled(images, validate, parsed.GetValue(Seed), parsed.GetValue(_strict))
        : TrainingData.Open(parsed.GetValue(Data)!, validate, parsed.GetValue(_strict));

    /// <summary>The folder of a new run, and whether it gets a number.</summary>
    /// <exception cref="UsageException">The name is no name of a folder, or there is such a run.</exception>
    public (string Path, bool Numbered) NewFolder(ParseResult parsed, string runs, string stem, Collective ranks)
    {
        if (parsed.GetValue(_name) is not { } name) return (Path.Combine(runs, stem), true);
        if (name is "" or "." or ".." || Path.GetFileName(name) != name)
            throw new UsageException($"--name is '{name}'; expected a folder's name, without its path (--out)");
        var path = Path.Combine(runs, name);

        // The first process makes it, perhaps before another one looks.
        return ranks.IsFirst && Path.Exists(path) ? throw new UsageException($"{path}: exists already; name another run, or go on with --resume {path}") : (path, false);
    }

    /// <exception cref="UsageException">The processes cannot share a batch evenly.</exception>
    private static void RequireShares(Collective ranks, TrainingConfig config)
    {
        try
        {
            ranks.RequireShares(config.Batch, config.ChunkCount);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }

    /// <exception cref="UsageException">It cannot be made so long.</exception>
    private static TrainingConfig Longer(RunFolder folder, TrainingConfig config, int epochs)
    {
        try
        {
            return folder.Longer(config, epochs);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }

    /// <summary>A configuration with what may be given anew with <c>--resume</c>.</summary>
    public TrainingConfig Changed(ParseResult parsed, TrainingConfig config)
    {
        if (parsed.CommandResult.IsGiven(_threads)) config = config with { Threads = parsed.GetValue(_threads) };
        if (parsed.CommandResult.IsGiven(_saveEvery)) config = config with { SaveEvery = parsed.GetValue(_saveEvery) };
        return ImagesOf(parsed.CommandResult) is { } data ? config with { Data = Path.GetFullPath(data) } : config;
    }

    /// <summary>Opens the run that is to go on.</summary>
    /// <param name="parsed">The options.</param>
    /// <param name="verb">The command.</param>
    /// <param name="device">What computes.</param>
    /// <param name="runs">Where runs are, if it is named by its name alone.</param>
    /// <param name="epochs">As many epochs as it is to have from now on; null to leave them.</param>
    public TrainingRun Resume(ParseResult parsed, string verb, ComputeDevice device, string runs, int? epochs = null)
    {
        var folder = RunFolder.Open(ResumedFolder(parsed, runs));
        var config = folder.ReadConfig();
        if (config.Verb != verb)
            throw new UsageException($"{folder.Path}: is a run of secateur {config.Verb}; go on with secateur {config.Verb} --resume {folder.Path}");
        config = Changed(parsed, config);
        var opened = TrainingData.Open(config);
        if (epochs is { } longer) config = Longer(folder, config, longer);
        RequireShares(device.Backend.Ranks, config);
        RunSession.Announce(config, opened, device);
        var run = TrainingRun.Resume(folder, config, opened, device.Backend, AllowsOtherSimd(parsed));
        RunSession.AnnounceMove(run, device);
        if (!device.Has(config.Precision)) Report.Remark("The run was begun with --precision tf32; here it goes on in 32-bit floats");

        // Not before the run is held and its state is read: a refused extension leaves the configuration as it is.
        if (epochs is { } extended && device.Backend.Ranks.IsFirst) folder.Extend(folder.ReadConfig(), extended);
        return run;
    }
}
