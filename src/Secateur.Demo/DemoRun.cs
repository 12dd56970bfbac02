using System.Collections.Immutable;
using Secateur.Demo.Datasets;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Pruning.Compaction;
using Secateur.Runtime;
using Secateur.Training;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;
using Secateur.WiderFace;
using Secateur.Zoo;

namespace Secateur.Demo;

/// <summary>
/// The whole story on drawn images: trains EResFD from fresh weights, prunes it with several criteria and rates, compacts, evaluates and times the
/// results, and tells it all in one HTML page. With the same seed only the times differ from run to run.
/// </summary>
public sealed class DemoRun
{
    private const string Architecture = "eresfd";
    private const int TimedWidth = 640;
    private const int TimedHeight = 480;

    // The rate falls to a tenth and a hundredth late: a short training gets its precision from the last, small steps.
    private static readonly ImmutableArray<double> TrainingMilestones = [0.65, 0.9];
    private static readonly ImmutableArray<double> SoftMilestones = [0.5];

    private readonly DemoOptions _options;
    private readonly RgbImage? _photo;
    private readonly DemoFolder _folder;
    private readonly DemoStages _stages;
    private readonly CancellationToken _cancellation;

    private DemoRun(DemoOptions options, RgbImage? photo, DemoFolder folder, DemoStages stages, CancellationToken cancellation) =>
        (_options, _photo, _folder, _stages, _cancellation) = (options, photo, folder, stages, cancellation);

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where to: made where it is missing; what an earlier demonstration wrote there is replaced, other files stay.</param>
    /// <param name="options">Seed and threads; null for the defaults.</param>
    /// <param name="progress">Told of every step and image, from several threads, and of the end of every stage.</param>
    /// <param name="cancellation">Stops between two steps or images; the next demonstration starts anew.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="IOException">The folder holds other things, another demonstration works there, or it cannot be written.</exception>
    /// <exception cref="InvalidFileException">The picture of the options cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static DemoResult Run(string folder, DemoOptions? options = null, IProgress<DemoProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new DemoOptions();
        var photo = options.Photo is { } path ? ImageFile.Read(path) : null;
        using var place = DemoFolder.Open(folder);
        return new DemoRun(options, photo, place, new DemoStages(progress, cancellation), cancellation).Run();
    }

    private DemoResult Run()
    {
        var shownPhoto = _photo is null ? [] : _stages.Do("your picture", report => DemoPictures.Create(_photo, ModelZoo.Models, _options.Threads, report));
        var data = _stages.Do($"drawing {_options.TrainImages + _options.ValidationImages} images", Draw);
        var network = Architectures.Create(Architecture);
        var trained = Train("original", "training EResFD", TrainingConfig.For(Architecture, network, data, _options.Batch, _options.Epochs), Initializer.Create(network, _options.Seed), data);
        var original = ModelFile.Read(trained.Folder.Last);
        var pruned =
            from rate in _options.Rates
            from criterion in _options.Criteria
            select new PruningSchedule { Criterion = criterion, Rate = rate, FinetuneEpochs = _options.FinetuneEpochs };
        var made = pruned.Select(schedule => (Schedule: (PruningSchedule?)schedule, Result: Prune(schedule, original, data))).Prepend((null, trained)).ToArray();
        var models = made.Select(m => ModelFile.Read(PathOf(m.Result))).ToArray();
        var precisions = _stages.Do("evaluating", report => Evaluate(models, data, report));
        var times = _stages.Do("timing", report => Time(models, report));
        ImmutableArray<DemoModel> rows = [.. made.Select((m, i) => Describe(m.Schedule, m.Result, models[i], precisions[i], times[i]))];
        var shown = rows.Select((row, i) => (row.Name, Model: models[i])).Where((_, i) => i == 0 || rows[i].Rate == _options.Rates[^1]);
        var result = new DemoResult
        {
            Seed = _options.Seed,
            Threads = _options.Threads,
            TrainImages = _options.TrainImages,
            ValidationImages = _options.ValidationImages,
            TimedWidth = TimedWidth,
            TimedHeight = TimedHeight,
            Models = rows,
            Pictures = DemoPictures.Create(data.Validation!, _options.ShownScenes, [.. shown]),
            Photo = shownPhoto,
            Stages = _stages.Finished,
            Report = _folder.Report,
        };
        DemoReport.Create(result).Write(_folder.Report);
        return result;
    }

    private TrainingData Draw(Action<int, int> report)
    {
        var drawn = new DrawnDatasetOptions
        {
            TrainImages = _options.TrainImages,
            ValidationImages = _options.ValidationImages,
            Width = _options.SceneSize,
            Height = _options.SceneSize,
            Seed = _options.Seed,
            Threads = _options.Threads,
        };
        DrawnDataset.Write(_folder.Data, drawn, new Relay<WiderProgress>(p => report(p.Done, p.Total)), _cancellation);
        return TrainingData.Open(_folder.Data, validate: true, strict: true);
    }

    private TrainingResult Prune(PruningSchedule schedule, Model original, TrainingData data)
    {
        var config = TrainingConfig.For(Architecture, original.Network, data, _options.Batch, _options.SoftEpochs, schedule);
        return Train($"{schedule.Criterion}-{100 * schedule.Rate:0}", $"pruning, {DemoModel.NameOf(schedule.Criterion, schedule.Rate)}", config, original, data);
    }

    private TrainingResult Train(string name, string stage, TrainingConfig recipe, Model initial, TrainingData data)
    {
        var steps = (double)recipe.Epochs * recipe.StepsPerEpoch;
        var milestones = recipe.Pruning is null ? TrainingMilestones : SoftMilestones;
        var config = recipe with
        {
            ImageSize = _options.SampleSize,
            LearningRate = _options.LearningRate,
            Milestones = [.. milestones.Select(share => (long)(share * steps))],
            Seed = _options.Seed,
            Threads = _options.Threads,
            ValidateEvery = 0,
        };
        return _stages.Do(stage, report =>
        {
            using var run = TrainingRun.Start(_folder.Run(name), config, initial, data);
            return run.Run(new Relay<TrainingProgress>(p => report(((p.Epoch - 1) * p.Total) + p.Done, p.Epochs * p.Total)), _cancellation);
        });
    }

    private PrecisionResult[] Evaluate(Model[] models, TrainingData data, Action<int, int> report)
    {
        var evaluation = new ValidationPrecision(data.Validation!, _options.Threads);
        var stop = new SharedStop(Collective.Alone, _cancellation);
        return [.. models.Select((model, i) => evaluation.Measure(model, TrainingBackend.Processor, (done, total) => report((i * total) + done, models.Length * total), stop))];
    }

    private ImmutableArray<double> Time(Model[] models, Action<int, int> report)
    {
        var engines = models.Select(model => new InferenceEngine(model)).ToArray();
        var relay = new Relay<(int Done, int Total)>(p => report(p.Done, p.Total));
        return [.. LatencyBenchmark.Run(engines, TimedHeight, TimedWidth, 1, _options.TimedRuns, relay, _cancellation).Select(t => t.Latency.Median)];
    }

    private static DemoModel Describe(PruningSchedule? schedule, TrainingResult result, Model model, PrecisionResult precision, double milliseconds)
    {
        var size = ModelSize.Of(model, TimedHeight, TimedWidth);
        return new DemoModel
        {
            Criterion = schedule?.Criterion,
            Rate = schedule?.Rate ?? 0,
            Parameters = size.Parameters,
            MultiplyAdds = size.Macs,
            Path = PathOf(result),
            Bytes = new FileInfo(PathOf(result)).Length,
            Easy = precision.Easy,
            Medium = precision.Medium,
            Hard = precision.Hard,
            Milliseconds = milliseconds,
            CompactionDifference = result.Pruning?.MaxRelativeDifference,
            Losses = [.. result.Metrics.Select(epoch => epoch.LossL!.Value + epoch.LossC!.Value)],
        };
    }

    private static string PathOf(TrainingResult result) => result.Pruning is null ? result.Folder.Last : result.Folder.Compacted;
}
