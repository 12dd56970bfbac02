using System.Diagnostics;
using Secateur.Models;
using Secateur.Training;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Engine;
using Secateur.Training.Initialization;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;

namespace Secateur.Bench.Training;

/// <summary>Whole training steps of a network with fresh weights, timed stage by stage, then kernel by kernel.</summary>
internal sealed class TrainingBenchmark : IDisposable
{
    private const int Seed = 1;
    private const double LearningRate = 1e-3;

    private readonly TrainingSettings _settings;
    private readonly TrainingEngine _engine;
    private readonly SampleLoader? _loader;
    private readonly MultiBoxLoss _loss;
    private readonly Optimizer _optimizer;
    private readonly (string Name, Action Run)[] _stages;
    private readonly List<double> _losses = [];
    private TrainingSample[] _samples = [];
    private string _stage = "";

    /// <param name="settings">What is measured.</param>
    /// <param name="ranks">The processes that take each step together.</param>
    public TrainingBenchmark(TrainingSettings settings, Collective ranks)
    {
        var dataset = settings.Data is { } folder ? FaceDatasets.Open(folder, DatasetSplit.Train) : null;
        var model = Initializer.Create(Architectures.Create(settings.Architecture), Seed);
        var options = new TrainingEngineOptions { Batch = settings.Batch, Height = settings.ImageSize, Width = settings.ImageSize, Threads = settings.Threads, Chunks = settings.Chunks, Collective = ranks };
        _settings = settings;
        _engine = new TrainingEngine(model, settings.MemoryLimitBytes is { } limit ? options with { MemoryLimit = limit } : options);
        _loss = new MultiBoxLoss(new AnchorGrid(model.Network, settings.ImageSize, settings.ImageSize), settings.Threads, ranks);
        _optimizer = Architectures.Of(model.Network).Training.Optimizer == OptimizerKind.Adam ? new AdamOptimizer(_engine.Parameters) : new SgdOptimizer(_engine.Parameters);
        if (dataset is null) _samples = [.. ranks.ShareOf([.. RandomSamples.Create(settings.Batch, settings.ImageSize, Seed)])];
        else _loader = new SampleLoader(dataset, new SampleLoaderOptions
        {
            Head = model.Network.Head,
            Seed = Seed,
            ImageSize = settings.ImageSize,
            Batch = settings.Batch,
            Threads = settings.Threads,
        });
        _stages =
        [
            ("waiting for data", TakeSamples),
            ("set images", SetImages),
            ("forward", _engine.Forward),
            ("loss", ComputeLoss),
            ("backward", _engine.Backward),
            ("optimiser", () => _optimizer.Step(_engine.Gradients, LearningRate)),
        ];
    }

    /// <summary>The losses of all steps so far.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>The engine's memory for feature maps and gradients.</summary>
    public long WorkspaceBytes => _engine.WorkspaceBytes;

    /// <summary>Takes a step that does not count, the measured ones, and half as many that look at kernels.</summary>
    public static TrainingResult Run(TrainingSettings settings)
    {
        using var benchmark = new TrainingBenchmark(settings, Collective.Alone);
        return benchmark.Measure();
    }

    public void Dispose()
    {
        _loader?.Dispose();
        _engine.Dispose();
    }

    private TrainingResult Measure()
    {
        TakeStep();
        var steps = new double[_settings.Steps][];
        var processorTime = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < steps.Length; i++) steps[i] = TakeStep();
        processorTime = Environment.CpuUsage.TotalTime - processorTime;

        var kernels = new KernelTimes();
        var watched = (_settings.Steps + 1) / 2;
        _engine.Watch = (kernel, time) => kernels.Add(kernel, _stage, time);
        for (var i = 0; i < watched; i++) TakeStep();

        using var process = Process.GetCurrentProcess();
        return new TrainingResult(
            _settings,
            [.. steps.Select(times => times.Sum())],
            processorTime.TotalMilliseconds / steps.Length,
            [.. _stages.Select((stage, s) => new StageCost(stage.Name, steps.Average(times => times[s])))],
            kernels.PerStep(watched),
            _engine.WorkspaceBytes,
            process.PeakWorkingSet64,
            _losses[0],
            _losses[^1]);
    }

    /// <summary>Takes a step.</summary>
    /// <returns>The milliseconds of each stage.</returns>
    public double[] TakeStep()
    {
        var times = new double[_stages.Length];
        for (var s = 0; s < times.Length; s++)
        {
            _stage = _stages[s].Name;
            var start = Stopwatch.GetTimestamp();
            _stages[s].Run();
            times[s] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return times;
    }

    private void TakeSamples()
    {
        if (_loader is not null) _samples = _loader.Next().Samples;
    }

    private void SetImages()
    {
        for (var i = 0; i < _samples.Length; i++) _engine.SetImage(i, _samples[i].Image);
    }

    private void ComputeLoss()
    {
        var faces = _samples.Select(s => s.Faces).ToArray();
        var loss = _loss.Compute(_engine.Locations, _engine.Scores, faces, _engine.LocationGradients, _engine.ScoreGradients).Total;

        // The times of a network that calculates with infinities say nothing.
        if (!double.IsFinite(loss)) throw new InvalidOperationException($"the loss became {loss} in step {_losses.Count + 1}");
        _losses.Add(loss);
    }
}
