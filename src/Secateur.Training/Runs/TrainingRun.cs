using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>
/// A training or pruning run in its folder. It may be stopped or killed at any moment and resumed: the outcome is the same, bit for bit, as if nothing
/// had happened. Several processes may run it together, and any other number go on with it: all make the same calls, and the first one writes.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private readonly TrainingConfig _config;
    private readonly DetectorHead _head;
    private readonly TrainingData _data;
    private readonly TrainingBackend _backend;
    private readonly ITrainer _trainer;
    private readonly Collective _ranks;
    private readonly IDisposable? _lock;
    private readonly ImmutableArray<TrainingPhase> _phases;
    private readonly IValidation? _validation;
    private readonly RunSpeed _speed;
    private readonly Lazy<IBatchSource> _loader;
    private readonly HashSet<string> _broken = [];
    private RunPosition _at = new();
    private bool _ran;

    private TrainingRun(TrainingConfig config, Model initial, TrainingData data, TrainingBackend backend, ITrainer trainer, Func<ITrainer, RunFolder> place)
    {
        (_config, _head, _data, _backend, _trainer, _ranks) = (config, initial.Network.Head, data, backend, trainer, backend.Ranks);
        _phases = TrainingPhase.Of(config);
        _speed = new RunSpeed(config.Batch);
        _loader = new Lazy<IBatchSource>(() => _trainer.Load(_data.Train, LoaderOptions()));
        if (config.ValidateEvery > 0 && data.Validation is { } split)
            _validation = config.Distill ? new DistillationValidation(split, initial, config, backend, TellBroken) : new Validation(split, _head, config, backend, TellBroken);

        // One process writes; the others hear where.
        if (_ranks.IsFirst) Folder = place(trainer);
        var path = _ranks.Join(Folder?.Path ?? "")[0];
        Folder ??= RunFolder.At(path);
        _lock = _ranks.IsFirst ? Folder.Lock() : null;
    }

    /// <summary>Its folder.</summary>
    public RunFolder Folder { get; }

    /// <summary>Begins a run; nothing is written unless it could take a step.</summary>
    /// <param name="path">The folder to make; with <paramref name="numbered"/>, without its number.</param>
    /// <param name="config">What to do.</param>
    /// <param name="initial">What to start from.</param>
    /// <param name="data">The data that the configuration was made for.</param>
    /// <param name="backend">What computes; the processor where it is null.</param>
    /// <param name="numbered">Whether the folder gets the first free number.</param>
    /// <exception cref="ArgumentException">The configuration is out of its range, or for other data, or the processes cannot share its batch.</exception>
    /// <exception cref="NetworkException">The images are too small for the network, or the machine has too little memory.</exception>
    /// <exception cref="InvalidOperationException">The processes have different configurations, weights or vector widths.</exception>
    /// <exception cref="IOException">The folder exists or cannot be written.</exception>
    public static TrainingRun Start(
        string path,
        TrainingConfig config,
        Model initial,
        TrainingData data,
        TrainingBackend? backend = null,
        bool numbered = false)
    {
        RequireData(config, data);
        Check(config, initial.Network);
        backend ??= TrainingBackend.Processor;
        StepArithmetic.RequireSame(backend);
        config = config.On(backend, allowOtherSimd: false);

        // With a state from the beginning: one that is missing was lost.
        return Open(config, data, initial, backend, trainer => RunFolder.Create(path, config, initial, numbered, trainer.Snapshot(new RunPosition())), resumes: false);
    }

    /// <summary>Checks what can be checked before anything is made.</summary>
    /// <exception cref="ArgumentException">The configuration is out of its range.</exception>
    /// <exception cref="NetworkException">The images are too small for the network.</exception>
    public static void Check(TrainingConfig config, Network network)
    {
        config.Validate();

        // Below, the one cell of the coarsest level stands outside the image.
        var least = network.Head.Levels.Select(level => level.Stride).DefaultIfEmpty().Max() / 2;
        if (config.ImageSize < least)
            throw new NetworkException($"images of {config.ImageSize} x {config.ImageSize} pixels are too small for {network.Architecture}, expected at least {least} x {least}");
    }

    /// <summary>Goes on with a run where its saved state is.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="config">Its configuration; threads, save interval and the place of the data may differ from what was saved. What it was computed with the folder says.</param>
    /// <param name="data">Its data.</param>
    /// <param name="backend">What computes; the processor where it is null.</param>
    /// <param name="allowOtherSimd">Whether it may go on with another <see cref="TrainingConfig.Simd"/>, to another outcome in the last bits; that is recorded then.</param>
    /// <exception cref="ArgumentException">
    /// The data are not those that the run began with, or the configuration was changed and does not fit them or the network, or the vector width is another.
    /// </exception>
    /// <exception cref="InvalidOperationException">The processes have different configurations, weights or vector widths.</exception>
    /// <exception cref="InvalidFileException">The saved state is damaged, or of another configuration or version.</exception>
    /// <exception cref="IOException">A file cannot be read, or another process works on the run.</exception>
    public static TrainingRun Resume(RunFolder folder, TrainingConfig config, TrainingData data, TrainingBackend? backend = null, bool allowOtherSimd = false)
    {
        RequireData(config, data);
        backend ??= TrainingBackend.Processor;
        StepArithmetic.RequireSame(backend);
        var present = (config with { Simd = folder.ReadConfig().Simd }).On(backend, allowOtherSimd);
        return Open(present, data, folder.ReadInitial(), backend, _ => folder, resumes: true);
    }

    /// <summary>The devices that have worked on it, as its saved states name them.</summary>
    public ImmutableArray<string> Devices => _at.Devices;

    /// <summary>What its steps were and are computed with (<see cref="TrainingConfig.Simd"/>).</summary>
    public ImmutableArray<string> Simd => _config.Simd;

    /// <summary>Runs to the end; once, a stopped run is resumed from its folder.</summary>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Stops after the step in work, with the state saved.</param>
    /// <exception cref="TrainingStoppedException">It was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no number any more, or beyond all bounds; the saved state is from before.</exception>
    /// <exception cref="IOException">A file cannot be written; the previous state stays.</exception>
    /// <exception cref="InvalidOperationException">It ran before.</exception>
    public TrainingResult Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (_ran) throw new InvalidOperationException("a run runs once; resume it from its folder");
        _ran = true;
        var stop = new SharedStop(_ranks, cancellation);
        if (!_at.Begun) Begin(progress, stop);
        while (_at.Phase < _phases.Length)
        {
            TakeSteps(progress, stop);
            EndEpoch(progress, stop);
        }

        var pruning = _config.Pruning is not null && _ranks.IsFirst ? PrunedModels.Write(Folder, _config.ImageSize) : null;
        return new TrainingResult(Folder, _at.Metrics, _config.Distill ? -_at.Best : _at.Best, pruning);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_loader.IsValueCreated) _loader.Value.Dispose();
        _trainer.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Told once of every image that cannot be decoded, and why; training takes another, validation leaves it out. Called on background threads.</summary>
    public Action<string, string>? BrokenImage { get; set; }

    private void Begin(IProgress<TrainingProgress>? progress, SharedStop stop)
    {
        try
        {
            BeginPhase(progress, stop);
        }
        catch (OperationCanceledException)
        {
            throw new TrainingStoppedException($"stopped before the first step; {Folder.Path} begins anew");
        }
    }

    private TrainingPhase Phase => _phases[_at.Phase];

    // Over all phases, from 0: fine-tuning is to see other augmentations than the epochs before it.
    private int EpochOfRun => _phases.Take(_at.Phase).Sum(p => p.Epochs) + _at.Epoch;

    private int EpochsOfRun => _phases.Sum(p => p.Epochs);

    private double? OfDistillation => _config.Distill ? _at.LossD / _at.Step : null;

    private long StepOfPhase => ((long)_at.Epoch * _config.StepsPerEpoch) + _at.Step;

    private void TakeSteps(IProgress<TrainingProgress>? progress, SharedStop stop)
    {
        var saved = Stopwatch.StartNew();
        while (_at.Step < _config.StepsPerEpoch)
        {
            var clock = Stopwatch.StartNew();
            var batch = NextBatch(stop);
            _trainer.Bring(batch);
            var waited = clock.Elapsed.TotalSeconds;
            var loss = _trainer.Step(batch, Phase.Schedule.RateAt(StepOfPhase));
            _speed.Add(clock.Elapsed);
            _at = DivergenceGuard.After(_at, loss.Total) with
            {
                Step = _at.Step + 1,
                LossL = _at.LossL + loss.Location,
                LossC = _at.LossC + loss.Confidence,
                LossD = _at.LossD + loss.Distillation,
                Seconds = _at.Seconds + clock.Elapsed.TotalSeconds,
                Waited = _at.Waited + waited,
                Devices = DevicesWith(_backend.Device),
            };
            progress?.Report(Progress(RunActivity.Training, _at.Step, _config.StepsPerEpoch));
            if (saved.Elapsed.TotalSeconds < _config.SaveEvery || _at.StepsBeyond > 0) continue;
            Save();
            saved.Restart();
        }
    }

    private void EndEpoch(IProgress<TrainingProgress>? progress, SharedStop stop)
    {
        DivergenceGuard.CheckEpoch(_at);
        _at = _at with { Devices = DevicesWith(_backend.Device) };
        var last = _at.Epoch + 1 == Phase.Epochs;
        var validates = _validation is not null && ((EpochOfRun + 1) % _config.ValidateEvery == 0 || last);

        // Whoever stops or kills a validation, which may take minutes, loses no steps; the state is from before the pruning, which is then done again.
        var prunes = Phase.PrunesAfter(_at.Epoch);
        if (validates || (prunes && Criterion().NeedsGradients)) Save();
        Model model;
        ValidationResult? validation = null;
        try
        {
            void Tell(RunActivity activity, int done, int total) => progress?.Report(Progress(activity, done, total));
            if (prunes) _trainer.Zero(SelectFilters(Tell, stop));
            model = _trainer.ToModel(Provenance());
            if (validates) validation = _validation!.Measure(model, Tell, stop);
        }
        catch (OperationCanceledException)
        {
            throw Stopped();
        }

        var row = Row(model, validation);
        _at = _at with { Metrics = _at.Metrics.Add(row) };
        var isCandidate = _config.Pruning is null || Phase.Frozen || prunes;
        if (isCandidate && validation is { } measured && !(measured.Score <= _at.Best))
        {
            _at = _at with { Best = measured.Score };
            if (_ranks.IsFirst) ModelFile.Write(Folder.Best, model);
        }

        if (_ranks.IsFirst)
        {
            ModelFile.Write(Folder.Last, model);
            MetricsFiles.Write(Folder, _at.Metrics);
        }

        progress?.Report(Progress(RunActivity.Training, _at.Step, _config.StepsPerEpoch) with { Finished = row });
        _at = last ? _at.NextPhase() : _at.NextEpoch();
        if (last && _at.Phase < _phases.Length) BeginPhase(progress, stop);
        Save();
    }

    private SampleLoaderOptions LoaderOptions() => new()
    {
        Head = _head,
        Seed = _config.Seed,
        ImageSize = _config.ImageSize,
        Batch = _config.Batch,
        Threads = _config.Threads,
        Epoch = EpochOfRun,
        Step = _at.Step,
        Strict = _config.Strict,
        BrokenImage = TellBroken,
    };

    private void TellBroken(LabelledImage image, string problem)
    {
        lock (_broken)
        {
            if (_broken.Add(image.Path)) BrokenImage?.Invoke(image.Name, problem);
        }
    }

    private void BeginPhase(IProgress<TrainingProgress>? progress, SharedStop stop)
    {
        void Tell(RunActivity activity, int done, int total) => progress?.Report(Progress(activity, done, total));
        var kept = _config.KeepZeroFilters ? FilterMask.FromZeros(_trainer.ToModel("")) : null;

        // Before soft epochs of distillation, too: the original has nothing to learn from itself.
        if (_config.Pruning is not null && (Phase.Frozen || _config.Distill) && _at.Phase == 0) _trainer.Zero(SelectFilters(Tell, stop));
        var frozen = Phase.Frozen ? FilterMask.FromZeros(_trainer.ToModel("")) : kept;
        _at = _at with { Begun = true, Frozen = frozen?.Pruned };
        _trainer.BeginPhase(frozen);
    }

    private FilterCriterion Criterion() => FilterCriteria.Create(_config.Pruning!.Criterion, _config.Seed);

    /// <summary>Depends on weights, seed and epoch alone, so that it can be done again.</summary>
    private FilterMask SelectFilters(Action<RunActivity, int, int> tell, SharedStop stop)
    {
        var criterion = Criterion();
        var gradients = criterion.NeedsGradients
            ? GradientBatches.Measure(_trainer, _config, _data, LoaderOptions(), (done, total) => tell(RunActivity.MeasuringGradients, done, total), stop)
            : null;
        return _config.Pruning!.ToPlan().Select(_trainer.ToModel(""), criterion, gradients);
    }

    private static TrainingRun Open(
        TrainingConfig config, TrainingData data, Model initial, TrainingBackend backend, Func<ITrainer, RunFolder> place, bool resumes)
    {
        config.Pruning?.ToPlan().Check(initial, FilterCriteria.Create(config.Pruning.Criterion, config.Seed));
        backend.Ranks.RequireShares(config.Batch, config.ChunkCount);
        backend.Ranks.RequireSame("configuration or data set", Encoding.UTF8.GetBytes(config.Digest()));
        var trainer = backend.CreateTrainer(config, initial);
        TrainingRun? run = null;
        try
        {
            run = new TrainingRun(config, initial, data, backend, trainer, place);
            if (resumes) run.Restore(StateFile.Read(run.Folder.State, initial, config));
            backend.Ranks.RequireSame("model or saved state", run.Content());
            if (resumes && backend.Ranks.IsFirst) run.Folder.Record(config.Simd);
            return run;
        }
        catch
        {
            (run ?? (IDisposable)trainer).Dispose();
            throw;
        }
    }

    private void Restore(TrainingState state)
    {
        try
        {
            _trainer.Restore(state);
        }
        catch (ArgumentException error)
        {
            throw new InvalidFileException(Folder.State, error.Message, error);
        }

        _at = state.Position;

        // It ended, and was made longer since.
        if (_at.Phase == _phases.Length && _config.Pruning is null && _at.Metrics.Length < _config.Epochs) _at = _at with { Phase = 0, Epoch = _at.Metrics.Length };
        if (!_at.Metrics.IsEmpty && _ranks.IsFirst) MetricsFiles.Write(Folder, _at.Metrics);
    }

    private ImmutableArray<string> DevicesWith(string device) => _at.Devices.Contains(device) ? _at.Devices : _at.Devices.Add(device);

    /// <summary>All that the next step depends on.</summary>
    private byte[] Content()
    {
        var state = _trainer.Snapshot(_at);
        var arrays = state.Statistics.Concat(state.Optimizer.Arrays).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => a.Value).Prepend(state.Parameters);
        return [.. BitConverter.GetBytes(state.Optimizer.Steps), .. arrays.SelectMany(a => MemoryMarshal.AsBytes(a.AsSpan()).ToArray())];
    }

    private void Save()
    {
        if (_ranks.IsFirst) StateFile.Write(Folder.State, _trainer.Snapshot(_at), _config);
    }

    private ITrainingBatch NextBatch(SharedStop stop)
    {
        try
        {
            stop.Check();
            return _loader.Value.Next(stop.Waiting);
        }
        catch (OperationCanceledException)
        {
            Save();
            throw Stopped();
        }
    }

    private TrainingStoppedException Stopped() =>
        new($"stopped in epoch {EpochOfRun + 1} of {EpochsOfRun} after step {_at.Step} of {_config.StepsPerEpoch}; the state is saved in {Folder.Path}");

    private EpochMetrics Row(Model model, ValidationResult? validation)
    {
        var zeros = PruningStatistics.Of(model);
        return new()
        {
            Phase = Phase.Name,
            Epoch = EpochOfRun + 1,
            LearningRate = Phase.Schedule.RateAt(StepOfPhase - 1),
            LossL = OnLabels(_at.LossL),
            LossC = OnLabels(_at.LossC),
            DistillationLoss = OfDistillation,
            ValLossL = validation?.LossL,
            ValLossC = validation?.LossC,
            ValDistillationLoss = validation?.Distillation,
            Ap = validation?.Precision?.Mean,
            ApEasy = validation?.Precision?.Easy,
            ApMedium = validation?.Precision?.Medium,
            ApHard = validation?.Precision?.Hard,
            ImagesPerSecond = _at.Step * _config.Batch / Math.Max(_at.Seconds, double.Epsilon),
            Waiting = _at.Waited / Math.Max(_at.Seconds, double.Epsilon),

            // A weight that is zero by chance is not pruned.
            Sparsity = zeros.ZeroFilters > 0 ? zeros.Sparsity : 0,
        };
    }

    private double? OnLabels(double sum) => _config.Distill ? null : sum / _at.Step;

    private TrainingProgress Progress(RunActivity activity, int done, int total) => new()
    {
        Activity = activity,
        Phase = Phase.Name,
        Epoch = EpochOfRun + 1,
        Epochs = EpochsOfRun,
        Done = done,
        Total = total,
        LossL = OnLabels(_at.LossL),
        LossC = OnLabels(_at.LossC),
        DistillationLoss = OfDistillation,
        ImagesPerSecond = _speed.ImagesPerSecond,
        Waiting = _at.Waited / Math.Max(_at.Seconds, double.Epsilon),
        Left = _speed.TimeFor(((long)(EpochsOfRun - EpochOfRun) * _config.StepsPerEpoch) - _at.Step),
    };

    private string Provenance()
    {
        var what = _config.Pruning is { } pruning ? $"{(pruning.Mask is null ? "soft filter pruning" : "fine-tuned")}{(_config.Distill ? " by distillation" : "")} with {pruning.Describe()}" : "trained";
        return FormattableString.Invariant($"{what}: epoch {EpochOfRun + 1} of {EpochsOfRun}, {_config.Optimizer}, learning rate {_config.LearningRate}, ")
            + $"batch {_config.Batch} at {_config.ImageSize} x {_config.ImageSize}, seed {_config.Seed}";
    }

    /// <summary>Checks that data are those that a configuration was made for.</summary>
    /// <exception cref="ArgumentException">They are others.</exception>
    public static void RequireData(TrainingConfig config, TrainingData data)
    {
        if (data.Digest() != config.DataDigest)
            throw new ArgumentException($"{data.Train.Root}: not the data that the run began with: other images or boxes");
        if (data.StepsPerEpoch(config.Batch) is var steps && steps != config.StepsPerEpoch)
            throw new ArgumentException($"steps per epoch is {config.StepsPerEpoch}, expected {steps}: batches of {config.Batch} in {data.Train.Root}");
    }
}
