using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Experiments;
using Secateur.Experiments.Plans;
using Secateur.Gpu.Devices;
using Secateur.Models;
using Secateur.Pruning.Criteria;
using Secateur.Training.Runs;

namespace Secateur.Cli.Commands;

/// <summary>What an experiment consists of, as options say it.</summary>
internal sealed class ExperimentOptions
{
    /// <summary>Where experiments are.</summary>
    public static readonly string DefaultFolder = Path.Combine("runs", "experiment");

    private static readonly DrawnData SmokeData = new(TrainImages: 48, ValidationImages: 8, Size: 160);
    private static readonly TrainingPlan SmokeTraining = new() { Epochs = 2, SoftEpochs = 1, FinetuneEpochs = 1, Batch = 4, ImageSize = 96 };

    private readonly Option<string?> _data = new("--data") { Description = "WIDER FACE: images, wider_face_split (for training), and the four .mat files in ground_truth.", HelpName = "WIDER" };
    private readonly Option<bool> _smoke = new("--smoke") { Description = "The same in minutes on a few drawn images with a very short training: shows that all works, not what it finds." };
    private readonly Option<string?> _published = new("--published") { Description = "Train nothing: measure the checkpoints of this folder (ERES10_FPGM.pth and so on) and compare with the paper.", HelpName = "DIR" };
    private readonly Option<string?> _plan = new("--plan") { Description = "A plan as JSON, e.g. the plan.json of another experiment; other options of the plan change it.", HelpName = "FILE" };
    private readonly Option<ImmutableArray<string>> _networks = List("--networks", "The networks.", string.Join(",", Architectures.Names), text => text);
    private readonly Option<ImmutableArray<string>> _criteria = List("--criteria", $"What chooses the filters that go: {string.Join(", ", FilterCriteria.Names)}.", "fpgm,l1", text => text);
    private readonly Option<ImmutableArray<double>> _rates = List("--rates", "The shares of each layer's filters that go.", "0.1,...,0.5", text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
    private readonly Option<ImmutableArray<int>> _seeds = List("--seeds", "Everything is done with each seed; the tables then have mean and deviation.", "0,1,...", text => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    private readonly Option<string[]> _from = new("--from") { Description = "Models to start from instead of training them: a file for each network.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _trainEpochs = TrainingOptions.Epochs("--train-epochs", "Epochs of training from scratch; by default the published number of steps.", 1);
    private readonly Option<int> _softEpochs = TrainingOptions.Epochs("--epochs", $"Soft pruning epochs; {PruningSchedule.SoftEpochs} when not given.", 1);
    private readonly Option<int> _finetuneEpochs = TrainingOptions.Epochs("--finetune-epochs", "Epochs after them, with the zeroed filters frozen; 10 when not given.", 0);
    private readonly Option<int> _batch = CommonOptions.Number<int>("--batch", "Images of a step; 16 when not given.", "N", "from 1 to 4096", n => n is > 0 and <= 4096);
    private readonly Option<int> _size = CommonOptions.Number<int>("--imgsz", "Side of the square images that are trained on; 640 when not given.", "N", "from 1 to 16384", n => n is > 0 and <= 16_384);
    private readonly Option<double> _rate = CommonOptions.Number<double>("--lr", "Learning rate at the beginning; 0.001 when not given.", "R", "above 0, at most 1e6", r => r is > 0 and <= 1e6);
    private readonly Option<string?> _protocol = CommonOptions.Choice("--protocol", "How models are evaluated; multi-scale when not given (with --smoke single).", [CommonOptions.Single, CommonOptions.MultiScale]);
    private readonly Option<string?> _photo = new("--photo") { Description = "The picture that the report shows with what models find; else it takes some of the validation images.", HelpName = "FILE" };
    private readonly Option<DeviceName> _device = ComputeDevice.Option("Where training and evaluation run.");
    private readonly Option<int> _threads = CommonOptions.Threads("Threads of all jobs at the same time, with slurm of each; but for times, the results do not depend on them.", Environment.ProcessorCount);

    private readonly Option<bool> _otherSimd = TrainingOptions.OtherSimd("a job");

    private readonly Option[] _ofTraining;

    public ExperimentOptions() => _ofTraining = [_criteria, _rates, _seeds, _from, _trainEpochs, _softEpochs, _finetuneEpochs, _batch, _size, _rate];

    private IEnumerable<Option> OfPlan =>
        [_data, _smoke, _published, _plan, _networks, _criteria, _rates, _seeds, _from, _trainEpochs, _softEpochs, _finetuneEpochs, _batch, _size, _rate, _protocol, _photo];

    public void AddTo(Command command)
    {
        foreach (var option in OfPlan.Concat([_device, _threads, _otherSimd])) command.Options.Add(option);
    }

    /// <summary>The first option of the plan that was given; null where none was.</summary>
    public Option? FirstOfPlan(CommandResult result) => OfPlan.FirstOrDefault(o => result.IsGiven(o));

    /// <summary>Checks what can be checked before anything is read.</summary>
    public void Check(CommandResult result)
    {
        var (hasData, smokes, measures) = (result.GetValue(_data) is not null, result.GetValue(_smoke), result.GetValue(_published) is not null);
        if (smokes && hasData) result.AddError("--smoke draws its own data; leave --data out");
        else if (smokes && measures) result.AddError("--smoke and --published are two experiments");
        else if (!smokes && !hasData && result.GetValue(_plan) is null) result.AddError("--data is missing: the folder of WIDER FACE (or try --smoke, which needs nothing)");
        else if (measures && Array.Find(_ofTraining, result.IsGiven) is { } other) result.AddError($"{other.Name} means nothing to --published: nothing is trained");
        else if (result.IsGiven(_from) && result.IsGiven(_trainEpochs) && result.GetValue(_networks).IsDefault) result.AddError("--train-epochs is for networks that --from does not give");
    }

    /// <summary>The plan, and what such experiments are called.</summary>
    /// <exception cref="UsageException">A value is out of its range.</exception>
    public (ExperimentPlan Plan, string Kind) Plan(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        var smokes = parsed.GetValue(_smoke);
        var plan = parsed.GetValue(_plan) is { } file ? Experiment.ReadPlan(file) : new ExperimentPlan { Data = "data" };
        if (smokes) plan = plan with { Data = "data", Drawn = SmokeData, Training = SmokeTraining, Protocol = ExperimentPlan.Single };
        if (parsed.GetValue(_data) is { } data) plan = plan with { Data = Path.GetFullPath(data), Drawn = null };
        if (result.IsGiven(_networks)) plan = plan with { Networks = parsed.GetValue(_networks) };
        if (result.IsGiven(_criteria)) plan = plan with { Criteria = parsed.GetValue(_criteria) };
        if (result.IsGiven(_rates)) plan = plan with { Rates = [.. parsed.GetValue(_rates).Order()] };
        if (result.IsGiven(_seeds)) plan = plan with { Seeds = parsed.GetValue(_seeds) };
        if (result.IsGiven(_device)) plan = plan with { Device = parsed.GetValue(_device).ToString() };
        if (result.IsGiven(_protocol)) plan = plan with { Protocol = parsed.GetValue(_protocol)! };
        if (parsed.GetValue(_photo) is { } photo) plan = plan with { Photo = File.Exists(photo) ? Path.GetFullPath(photo) : throw new UsageException($"{photo}: no such file") };
        if (result.IsGiven(_from)) plan = WithGiven(plan, parsed.GetValue(_from)!, result.IsGiven(_networks));
        if (parsed.GetValue(_published) is { } folder) plan = WithPublished(plan, folder, result.IsGiven(_networks));
        if (!plan.Published.IsEmpty && Array.Find(_ofTraining, result.IsGiven) is { } other) throw new UsageException($"{other.Name} means nothing to published models: nothing is trained");
        plan = plan with { Training = Training(parsed, plan.Training) };
        try
        {
            plan.Validate();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }

        if (plan.Drawn is null) Secateur.WiderFace.Evaluation.WiderGroundTruth.Load(plan.Data);
        return (plan, smokes ? "smoke" : plan.Published.IsEmpty ? "paper" : "published");
    }

    /// <summary>What every job gets.</summary>
    public IEnumerable<string> OfJobs(ParseResult parsed, ExperimentPlan plan, int parallel) =>
    [
        "--threads", ThreadsOfJob(parsed, parallel).ToString(CultureInfo.InvariantCulture),
        "--device", parsed.CommandResult.IsGiven(_device) ? parsed.GetValue(_device).ToString() : plan.Device,
        .. parsed.GetValue(_otherSimd) ? [_otherSimd.Name] : Array.Empty<string>(),
    ];

    /// <summary>Threads of a job, of several at the same time.</summary>
    public int ThreadsOfJob(ParseResult parsed, int parallel) => Math.Max(1, parsed.GetValue(_threads) / parallel);

    /// <summary>The experiment that a folder or a name means; without either the newest.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Experiment Find(string? place)
    {
        if (place is not null) return Experiment.Open(Experiment.IsThere(place) || Directory.Exists(place) ? place : Path.Combine(DefaultFolder, place));
        var newest = Directory.Exists(DefaultFolder)
            ? Directory.EnumerateDirectories(DefaultFolder).Where(Experiment.IsThere).MaxBy(Directory.GetLastWriteTimeUtc)
            : null;
        return newest is null ? throw new UsageException($"no experiment in {DefaultFolder}; name its folder") : Experiment.Open(newest);
    }

    private TrainingPlan Training(ParseResult parsed, TrainingPlan training)
    {
        var result = parsed.CommandResult;
        if (result.IsGiven(_trainEpochs)) training = training with { Epochs = parsed.GetValue(_trainEpochs) };
        if (result.IsGiven(_softEpochs)) training = training with { SoftEpochs = parsed.GetValue(_softEpochs) };
        if (result.IsGiven(_finetuneEpochs)) training = training with { FinetuneEpochs = parsed.GetValue(_finetuneEpochs) };
        if (result.IsGiven(_batch)) training = training with { Batch = parsed.GetValue(_batch) };
        if (result.IsGiven(_size)) training = training with { ImageSize = parsed.GetValue(_size) };
        return result.IsGiven(_rate) ? training with { LearningRate = parsed.GetValue(_rate) } : training;
    }

    private static ExperimentPlan WithGiven(ExperimentPlan plan, string[] files, bool namesNetworks)
    {
        var given = files.Select(file => KeyValuePair.Create(ModelFile.Read(file).Network.Architecture, Path.GetFullPath(file))).ToArray();
        if (given.GroupBy(g => g.Key).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UsageException($"--from names {twice.Count()} models of {twice.Key}: {string.Join(", ", twice.Select(g => g.Value))}");
        var networks = namesNetworks ? plan.Networks : [.. given.Select(g => g.Key)];
        if (given.FirstOrDefault(g => !networks.Contains(g.Key)) is { Key: not null } other) throw new UsageException($"{other.Value}: is a model of {other.Key}, which --networks does not name");
        return plan with { Networks = networks, From = given.ToImmutableSortedDictionary() };
    }

    private static ExperimentPlan WithPublished(ExperimentPlan plan, string folder, bool namesNetworks)
    {
        var found = PublishedModels.Find(folder);
        var networks = namesNetworks ? plan.Networks : [.. plan.Networks.Concat(found.Select(p => p.Network)).Distinct().Where(n => found.Any(p => p.Network == n))];
        var taken = found.Where(p => networks.Contains(p.Network)).ToArray();
        if (taken.Length == 0) throw new UsageException($"{folder}: its checkpoints are of {string.Join(", ", found.Select(p => p.Network).Distinct())}, none of {string.Join(", ", networks)}");
        if (taken.Length < found.Length) Report.Remark($"{found.Length - taken.Length} checkpoints are of other networks and left out, such as {found.Except(taken).First().Path}");
        return plan with { Published = [.. taken.Select(p => p with { Path = Path.GetFullPath(p.Path) })], Networks = [.. networks.Where(n => taken.Any(p => p.Network == n))] };
    }

    private static Option<ImmutableArray<T>> List<T>(string name, string description, string helpName, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            try
            {
                return [.. text.Split(',', StringSplitOptions.TrimEntries).Select(parse)];
            }
            catch (Exception error) when (error is FormatException or OverflowException)
            {
                result.AddError($"{name} is '{text}'; expected a list such as {helpName.Replace(",...", "", StringComparison.Ordinal)}");
                return default;
            }
        },
    };
}
