using System.Diagnostics;
using Secateur.Demo.Datasets;
using Secateur.Experiments.Evaluation;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Results;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Runtime;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;
using Secateur.WiderFace;

namespace Secateur.Experiments.Work;

/// <summary>Does one job, in this process.</summary>
public sealed class JobWork
{
    private const string RunName = "run";
    private const string MaskedName = "masked.safetensors";
    private const string CompactedName = "compacted.safetensors";

    private readonly Experiment _experiment;
    private readonly Job _job;
    private readonly JobFolder _folder;
    private readonly TrainingBackend _backend;
    private readonly int _threads;
    private readonly bool _allowOtherSimd;
    private readonly HashSet<string> _leftOut = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly IProgress<JobProgress> _progress;
    private readonly CancellationToken _cancellation;

    private JobWork(Experiment experiment, Job job, TrainingBackend backend, int threads, bool allowOtherSimd, IProgress<JobProgress> progress, CancellationToken cancellation)
    {
        (_experiment, _job, _backend, _threads, _allowOtherSimd, _progress, _cancellation) = (experiment, job, backend, threads, allowOtherSimd, progress, cancellation);
        _folder = experiment.FolderOf(job);
    }

    /// <summary>Does it, or goes on with it; nothing where it is done already. What went wrong stands in the job's folder, too.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="job">The job.</param>
    /// <param name="backend">What computes.</param>
    /// <param name="threads">Threads; but for times, the results do not depend on them.</param>
    /// <param name="allowOtherSimd">Whether a run may go on with another vector width.</param>
    /// <param name="progress">Told how far it is, from several threads; it is written to the job's folder anyway.</param>
    /// <param name="cancellation">Stops where it can be gone on with.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">A job that it needs is not done.</exception>
    /// <exception cref="IOException">Another process works on it, or a file cannot be read or written.</exception>
    public static void Do(
        Experiment experiment,
        Job job,
        TrainingBackend backend,
        int threads,
        bool allowOtherSimd = false,
        IProgress<JobProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        experiment.FolderOf(job).Do(
            told => new JobWork(experiment, job, backend, threads, allowOtherSimd, told, cancellation).Do(), progress, repeats: job.Kind == JobKind.Report);
    }

    private void Do()
    {
        if (!_job.TakesFailures && _job.Needs.FirstOrDefault(id => FolderOf(id).State() != JobState.Done) is { } missing)
            throw new InvalidOperationException($"{_job.Id}: needs {missing}, which is not done");
        switch (_job.Kind)
        {
            case JobKind.Data: Draw(); break;
            case JobKind.Train: Train(); break;
            case JobKind.Prune: Prune(); break;
            case JobKind.EvaluateMasked: Evaluate(made => made.Masked); break;
            case JobKind.EvaluateCompacted: Evaluate(made => made.Compacted); break;
            case JobKind.Measure: Measure(); break;
            case JobKind.Report: Report(); break;
            default: throw new InvalidOperationException($"{_job.Id}: nobody does {_job.Kind}");
        }
    }

    private ExperimentPlan Plan => _experiment.Plan;

    /// <summary>What computes, as folders are called: another device's sums have other last bits, so that its predictions are others.</summary>
    private string Place => string.Concat(_backend.Device.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'));

    private double Seconds => _clock.Elapsed.TotalSeconds;

    private JobFolder FolderOf(string id) => _experiment.FolderOf(_experiment.Graph[id]);

    private MadeModel ReadMade(ModelName model) => FolderOf(JobGraph.IdOf(model, JobKind.Train)).ReadResult(ResultJson.Default.MadeModel);

    private string PathOf(ModelName model, Func<MadeModel, string> form) => FolderOf(JobGraph.IdOf(model, JobKind.Train)).In(form(ReadMade(model)));

    private void Draw()
    {
        var drawn = Plan.Drawn!;
        var options = new DrawnDatasetOptions
        {
            TrainImages = drawn.TrainImages,
            ValidationImages = drawn.ValidationImages,
            Width = drawn.Size,
            Height = drawn.Size,
            Threads = _threads,
        };
        DrawnDataset.Write(_experiment.Data, options, new Relay<WiderProgress>(p => Tell("drawing", p.Done, p.Total)), _cancellation);
        _folder.WriteResult(new Finished(Seconds), ResultJson.Default.Finished);
    }

    private void Train()
    {
        var name = _job.Model!;
        var given = Plan.Published.FirstOrDefault(p => (p.Network, p.Criterion, p.Rate) == (name.Network, name.Criterion, name.Rate))?.Path ?? Plan.From.GetValueOrDefault(name.Network);
        var model = given is null ? Trained() : ModelFile.Read(given);
        if (model.Network.Architecture != name.Network)
            throw new InvalidFileException(given!, $"is a model of {model.Network.Architecture}, not of {name.Network}");
        Tell("compacting", 0, 1);
        var compacted = VerifiedCompaction.Of(model);
        ModelFile.Write(_folder.In(MaskedName), model);
        ModelFile.Write(_folder.In(CompactedName), compacted.Model);
        Made(MaskedName, CompactedName, compacted.MaxRelativeDifference, given);

        Model Trained()
        {
            var seed = name.Seed!.Value;
            return ModelFile.Read(Run(name.Network, () => Initializer.Create(Architectures.Create(name.Network), seed)).Folder.Last);
        }
    }

    private void Prune()
    {
        var original = PathOf(_experiment.Graph.OriginalOf(_job.Model!), made => made.Masked);
        var result = Run(original, () => ModelFile.Read(original));
        string Relative(string path) => Path.Combine(RunName, Path.GetFileName(path));
        Made(Relative(result.Folder.Masked), Relative(result.Folder.Compacted), result.Pruning!.MaxRelativeDifference, null);
    }

    private void Made(string masked, string compacted, double difference, string? source) =>
        _folder.WriteResult(new MadeModel(masked, compacted, difference, _leftOut.Count, source, _backend.Device, Seconds), ResultJson.Default.MadeModel);

    /// <summary>Trains or prunes in the job's run folder, from where it is.</summary>
    private TrainingResult Run(string source, Func<Model> read)
    {
        var name = _job.Model!;
        var path = _folder.In(RunName);
        var data = TrainingData.Open(_experiment.Data, Plan.Training.ValidateEvery > 0);
        using var run = Directory.Exists(path) ? Resume() : Start();
        run.BrokenImage = LeaveOut;
        return run.Run(new Relay<TrainingProgress>(p => Tell($"{p.Phase} epoch {p.Epoch}/{p.Epochs}", ((p.Epoch - 1) * p.Total) + p.Done, p.Epochs * p.Total)), _cancellation);

        TrainingRun Resume()
        {
            var folder = RunFolder.Open(path);
            return TrainingRun.Resume(folder, folder.ReadConfig() with { Threads = _threads, Data = _experiment.Data }, data, _backend, _allowOtherSimd);
        }

        TrainingRun Start()
        {
            var initial = read();
            var config = Plan.Training.ConfigFor(source, initial.Network, data, name.Seed!.Value, name.Criterion, name.Rate, _threads);
            return TrainingRun.Start(path, config, initial, data, _backend);
        }
    }

    /// <summary>Remembers an image that cannot be read; over all processes that worked on the job.</summary>
    private void LeaveOut(string name, string problem)
    {
        lock (_leftOut)
        {
            if (_leftOut.Count == 0 && File.Exists(_folder.LeftOut)) _leftOut.UnionWith(File.ReadLines(_folder.LeftOut));
            var line = $"{name}: {problem}".ReplaceLineEndings(" ");
            if (_leftOut.Add(line)) File.AppendAllText(_folder.LeftOut, line + "\n");
        }
    }

    private void Evaluate(Func<MadeModel, string> form)
    {
        var model = ModelFile.Read(PathOf(_job.Model!, form));
        var test = WiderTest.Of(_experiment.Data, Plan.Protocol);
        var result = test.Run(
            model, _backend, _folder.In($"predictions-{Place}"), resume: true, _threads, new Relay<(int Done, int Total)>(p => Tell("detecting", p.Done, p.Total)), _cancellation);
        _folder.WriteResult(
            new EvaluatedModel(result.Easy.AveragePrecision, result.Medium.AveragePrecision, result.Hard.AveragePrecision, result.Images, result.ListedImages, _backend.Device, Seconds),
            ResultJson.Default.EvaluatedModel);
    }

    private void Measure()
    {
        var name = _job.Model!;
        var paths = new[] { PathOf(name, made => made.Masked), PathOf(name, made => made.Compacted), OriginalOf(name) }.OfType<string>().ToArray();
        var models = paths.Select(path => ModelFile.Read(path)).ToArray();
        var timing = Plan.Timing;
        var times = LatencyBenchmark.Run(
            [.. models.Select(m => new InferenceEngine(m))], timing.Height, timing.Width, 1, timing.Runs, new Relay<(int Done, int Total)>(p => Tell("timing", p.Done, p.Total)), _cancellation);
        var zeros = PruningStatistics.Of(models[0]);
        ModelFigures Figures(int i)
        {
            var size = ModelSize.Of(models[i], timing.Height, timing.Width);
            return new ModelFigures(size.Parameters, size.NonZeroParameters, size.Macs, WeightFile.CountBytes(paths[i]), times[i].Latency.Median);
        }

        _folder.WriteResult(
            new MeasuredModel(zeros.Filters, zeros.ZeroFilters, Figures(0), Figures(1), times.Length > 2 ? times[2].Latency.Median : null, Machine.Describe()),
            ResultJson.Default.MeasuredModel);
    }

    /// <summary>The model that another was pruned from; of published ones the file itself, which may not have been taken yet. Null where there is none.</summary>
    private string? OriginalOf(ModelName name) =>
        name.IsOriginal ? null
        : Plan.Published.IsEmpty ? PathOf(_experiment.Graph.OriginalOf(name), made => made.Masked)
        : Plan.Published.FirstOrDefault(p => p.Network == name.Network && p.Criterion is null)?.Path;

    private void Report()
    {
        Reports.ExperimentReport.Write(_experiment, (done, total) => Tell("report", done, total), _cancellation);
        _folder.WriteResult(new Finished(Seconds), ResultJson.Default.Finished);
    }

    private void Tell(string stage, int done, int total) => _progress.Report(new JobProgress(stage, done, total));

    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
