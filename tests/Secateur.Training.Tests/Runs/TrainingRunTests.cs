using System.Text.Json;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.TestSupport;
using Secateur.Training.Data.Loading;
using Secateur.Training.Runs;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public sealed class TrainingRunTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _model = TinyDetector.Create();
    private int _runs;

    public TrainingRunTests() => _data = TrainingData.Open(SpotDataset.Write(_temporary.PathOf("data")), validate: true);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_run_learns_and_leaves_what_it_promises()
    {
        var result = Run(Config(epochs: 30) with { LearningRate = 0.01 });
        Assert.Equal(Enumerable.Range(1, 30), result.Metrics.Select(m => m.Epoch));
        Assert.True(result.Metrics[^1].LossC < result.Metrics[0].LossC / 2, $"the loss went from {result.Metrics[0].LossC} to {result.Metrics[^1].LossC}");
        Assert.Equal([10, 20, 30], result.Metrics.Where(m => m.Ap is not null).Select(m => m.Epoch));
        Assert.All(result.Metrics, m => Assert.Equal(m.Ap is null, m.ValLossC is null));
        Assert.True(result.Metrics[^1].Ap > 0, $"the AP is {result.Metrics[^1].Ap}");
        Assert.Null(result.Metrics[^1].ApEasy);
        Assert.Equal(31, File.ReadAllLines(result.Folder.Csv).Length);
        Assert.Equal(30, File.ReadAllLines(result.Folder.JsonLines).Length);
        Assert.Contains("epoch 30 of 30", ModelFile.Read(result.Folder.Last).Info.Provenance[^1], StringComparison.Ordinal);
        Assert.Equal(
            ["best.safetensors", "config.json", "curves.svg", "initial.safetensors", "last.safetensors", "metrics.csv", "metrics.jsonl", "state.safetensors"],
            Directory.GetFiles(result.Folder.Path).Select(p => Path.GetFileName(p)).Where(n => n != ".lock").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_best_model_is_of_the_epoch_with_the_highest_precision()
    {
        var result = Run(Config(epochs: 6) with { LearningRate = 0.01, ValidateEvery = 1 });
        var best = result.Metrics.MaxBy(m => m.Ap)!;
        Assert.Contains($"epoch {best.Epoch} of 6", ModelFile.Read(result.Folder.Best).Info.Provenance[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(OptimizerKind.Adam, null)]
    [InlineData(OptimizerKind.Sgd, "fpgm")]
    [InlineData(OptimizerKind.Adam, "taylor")]
    public void Stopping_after_any_step_and_going_on_changes_nothing(OptimizerKind optimizer, string? criterion)
    {
        var config = Config(epochs: 2, pruning: criterion is not null) with { Optimizer = optimizer };
        if (criterion is not null) config = config with { Pruning = config.Pruning! with { Criterion = criterion, Batches = 2 } };
        var whole = Run(config);
        var total = whole.Metrics.Length * config.StepsPerEpoch;
        for (var stop = 0; stop < total; stop += 2)
        {
            var path = _temporary.PathOf($"stopped-{stop}");
            using (var run = TrainingRun.Start(path, config with { SaveEvery = 3600 }, _model, _data)) run.StopAfter(stop);
            var folder = RunFolder.Open(path);
            using (var run = TrainingRun.Resume(folder, folder.ReadConfig() with { Threads = 2, SaveEvery = 0 }, _data)) SameOutcome(whole, run.Run());
        }
    }

    [Fact]
    public void Gradients_for_a_criterion_can_be_stopped_and_are_measured_again()
    {
        var config = Config(epochs: 2, pruning: true);
        config = config with { Pruning = config.Pruning! with { Criterion = "taylor", Batches = 3 }, SaveEvery = 3600 };
        var path = _temporary.PathOf("stopped");
        using var stop = new CancellationTokenSource();
        using (var run = TrainingRun.Start(path, config, _model, _data))
            Assert.Throws<TrainingStoppedException>(() => run.Run(new At(RunActivity.MeasuringGradients, 2, stop.Cancel), stop.Token));
        using (var run = TrainingRun.Resume(RunFolder.Open(path), config, _data)) SameOutcome(Run(config), run.Run());
    }

    [Fact]
    public void Gradients_are_measured_without_a_trace()
    {
        var config = Config(epochs: 1) with { Pruning = new PruningSchedule { Rate = 0.5, Batches = 2 } };
        using var trainer = new Trainer(config, _model);
        var before = trainer.ToModel("");
        var options = new SampleLoaderOptions { Head = _model.Network.Head, ImageSize = config.ImageSize, Batch = config.Batch };
        var gradients = GradientBatches.Measure(trainer, config, _data, options, (_, _) => { }, new SharedStop(Collective.Alone, default));
        Assert.All(before.Weights, w => Assert.Equal(w.Value.Data, trainer.ToModel("").Weights[w.Key].Data));
        Assert.Equal(2, gradients.Count);
        Assert.NotEqual(gradients[0]["base.0.0.weight"].Data, gradients[1]["base.0.0.weight"].Data);
        Assert.Equal(gradients[1]["base.0.0.weight"].Data, GradientBatches.Measure(_model, config with { Seed = 0 }, _data)[1]["base.0.0.weight"].Data);
    }

    [Fact]
    public void Any_engine_can_compute_a_run()
    {
        var config = Config(epochs: 2);
        var path = _temporary.PathOf("elsewhere");
        var engines = new List<CountingEngine>();
        using (var run = TrainingRun.Start(path, config, _model, _data, TrainingBackend.Of(Create))) run.StopAfter(1);
        using (var run = TrainingRun.Resume(RunFolder.Open(path), config, _data, TrainingBackend.Of(Create))) SameOutcome(Run(config), run.Run());
        Assert.Equal([1, (2 * config.StepsPerEpoch) - 1], engines.Select(e => e.Passes));
        Assert.All(engines, e => Assert.True(e.IsDisposed));

        CountingEngine Create(Model model, TrainingConfig given)
        {
            engines.Add(new CountingEngine(model, given));
            return engines[^1];
        }
    }

    [Fact]
    public void A_run_that_took_no_step_has_a_state_to_go_on_from()
    {
        var config = Config(epochs: 1);
        var path = _temporary.PathOf("never");
        TrainingRun.Start(path, config, _model, _data).Dispose();
        Assert.True(File.Exists(RunFolder.Open(path).State));
        using var run = TrainingRun.Resume(RunFolder.Open(path), config, _data);
        SameOutcome(Run(config), run.Run());
    }

    [Fact]
    public void A_finished_run_goes_on_to_the_same_result()
    {
        var config = Config(epochs: 1, pruning: true);
        var result = Run(config);
        File.Delete(result.Folder.Compacted);
        using var run = TrainingRun.Resume(result.Folder, config, _data);
        SameOutcome(result, run.Run());
        Assert.True(File.Exists(result.Folder.Compacted));
    }

    [Fact]
    public void Pruning_zeroes_softly_then_holds_the_zeros_and_compacts()
    {
        var config = Config(epochs: 3, pruning: true);
        var path = _temporary.PathOf("prune");
        using var run = TrainingRun.Start(path, config, _model, _data);
        var frozen = new List<float>();
        var zeros = new List<int>();
        var result = run.Run(new Listener(p =>
        {
            if (p.Finished is null) return;
            var pruned = FilterMask.FromZeros(ModelFile.Read(run.Folder.Last)).Pruned;
            zeros.Add(pruned.Values.Sum(f => f.Length));
            if (p.Phase == "finetune") frozen.AddRange(pruned["base.1.0"].Select(f => (float)f));
        }));

        // Every = 2: nothing is zero after the first epoch; after the second and the last half of 8 and a quarter of 8 filters.
        Assert.Equal([0, 4 + 2, 4 + 2, 4 + 2, 4 + 2], zeros);
        Assert.Equal(["soft", "soft", "soft", "finetune", "finetune"], result.Metrics.Select(m => m.Phase));
        Assert.Equal(frozen[..4], frozen[4..]);
        Assert.Equal([1e-3, 1e-4], result.Metrics.Skip(3).Select(m => Math.Round(m.LearningRate, 9)));
        Assert.Equal(result.Metrics[^1].Sparsity, result.Pruning!.Masked.Sparsity);
        Assert.InRange(result.Pruning.MaxRelativeDifference, 0, 1e-4);
        Assert.True(result.Pruning.Size.After.Macs < result.Pruning.Size.Before.Macs);
        Assert.Equal(result.Pruning.Size.After.Parameters, NetworkCosts.CountParameters(ModelFile.Read(result.Folder.Compacted).Network));
    }

    [Fact]
    public void Without_soft_epochs_the_filters_are_zeroed_before_the_fine_tuning()
    {
        var result = Run(Config(epochs: 0, pruning: true));
        Assert.Equal(["finetune", "finetune"], result.Metrics.Select(m => m.Phase));
        Assert.Equal(6, result.Pruning!.Masked.ZeroFilters);
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_names_the_images()
    {
        var weights = _model.Weights.ToDictionary();
        weights["conf.0.weight"] = new Tensor([4, 8, 1, 1], [.. Enumerable.Repeat(3e38f, 32)]);
        var model = new Model(_model.Network, weights, _model.Info);
        using var run = TrainingRun.Start(_temporary.PathOf("nan"), Config(epochs: 1), model, _data);
        var error = Assert.Throws<TrainingDivergedException>(() => run.Run());
        Assert.Contains("0--Spots/train", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, StateFile.Read(run.Folder.State, model, Config(epochs: 1)).Position.Step);
    }

    [Fact]
    public void A_validation_loss_that_is_no_number_ends_nothing()
    {
        // Training goes by the batch's statistics; inference by these, with which nothing comes out as a number.
        var weights = _model.Weights.ToDictionary();
        weights["base.1.1.weight"] = new Tensor([8], [.. Enumerable.Repeat(16f, 8)]);
        weights["base.1.1.running_mean"] = new Tensor([8], [.. Enumerable.Repeat(-3e38f, 8)]);
        var model = new Model(_model.Network, weights, _model.Info);
        var path = _temporary.PathOf("nan-validation");
        using var run = TrainingRun.Start(path, Config(epochs: 2) with { ValidateEvery = 1 }, model, _data);
        var result = run.Run();
        Assert.All(result.Metrics, m => Assert.False(double.IsFinite(m.ValLossC!.Value)));
        Assert.Equal(2, File.ReadAllLines(result.Folder.JsonLines).Select(l => JsonDocument.Parse(l)).Count());
    }

    [Fact]
    public void A_divergence_leaves_the_saved_state_as_it_was()
    {
        var config = Config(epochs: 2) with { LearningRate = 1e6, SaveEvery = 0, Optimizer = OptimizerKind.Sgd, Milestones = [] };
        using var run = TrainingRun.Start(_temporary.PathOf("far"), config, _model, _data);
        Assert.Throws<TrainingDivergedException>(() => run.Run());
        Assert.All(StateFile.Read(run.Folder.State, _model, config).Parameters, v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Damaged_and_foreign_states_and_other_data_are_refused()
    {
        var config = Config(epochs: 1);
        var folder = Run(config).Folder;
        Assert.Throws<InvalidFileException>(() => TrainingRun.Resume(folder, config with { Seed = 9 }, _data));
        Assert.Throws<InvalidFileException>(() => TrainingRun.Resume(folder, config with { Optimizer = OptimizerKind.Sgd }, _data));
        var other = TrainingData.Open(SpotDataset.Write(_temporary.PathOf("other"), train: 8), validate: true);
        Assert.Contains("other images or boxes", Assert.Throws<ArgumentException>(() => TrainingRun.Resume(folder, config, other)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.State, File.ReadAllBytes(folder.State)[..^1]);
        Assert.Throws<InvalidFileException>(() => TrainingRun.Resume(folder, config, _data));

        // And none of them left the folder locked.
        folder.Lock().Dispose();
    }

    [Fact]
    public void A_run_whose_state_is_gone_is_told_and_its_models_and_metrics_stay()
    {
        var config = Config(epochs: 1);
        var folder = Run(config).Folder;
        Gone(folder);

        // Also before the first epoch ends.
        var early = _temporary.PathOf("early");
        using (var run = TrainingRun.Start(early, Config(epochs: 2), _model, _data)) run.StopAfter(1);
        Gone(RunFolder.Open(early));

        void Gone(RunFolder folder)
        {
            File.Delete(folder.State);
            var before = Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
            Assert.Contains("state.safetensors: is missing, and with it where the run was; put a copy of it back, or begin a new run", Assert.Throws<InvalidFileException>(() => TrainingRun.Resume(folder, folder.ReadConfig(), _data)).Message, StringComparison.Ordinal);
            Assert.Equal(before, Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        }
    }

    [Fact]
    public void An_initial_model_that_is_gone_or_damaged_is_told_with_what_to_do()
    {
        var folder = Run(Config(epochs: 1)).Folder;
        File.WriteAllBytes(folder.Initial, File.ReadAllBytes(folder.Initial)[..100]);
        Refuses("initial.safetensors: is damaged");
        File.Delete(folder.Initial);
        Refuses("initial.safetensors: is missing; put a copy of it back, or begin a new run");

        void Refuses(string problem) =>
            Assert.Contains(problem, Assert.Throws<InvalidFileException>(() => TrainingRun.Resume(folder, folder.ReadConfig(), _data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Soft_pruning_keeps_the_zero_filters_of_a_masked_model()
    {
        var masked = Masked();
        var config = Config(epochs: 2, pruning: true) with { LearningRate = 0.01, KeepZeroFilters = true };
        config = config with { Pruning = config.Pruning! with { Rate = 0.125, LayerRates = [], Every = 1 } };
        var kept = ModelFile.Read(Run(config, masked).Folder.Masked);
        Assert.Equal(PruningStatistics.Of(masked).Layers.Select(l => string.Join(',', l.Pruned)), PruningStatistics.Of(kept).Layers.Select(l => string.Join(',', l.Pruned)));
        var free = ModelFile.Read(Run(config with { KeepZeroFilters = false }, masked).Folder.Masked);
        Assert.True(PruningStatistics.Of(free).ZeroFilters < PruningStatistics.Of(masked).ZeroFilters);
    }

    [Fact]
    public void A_run_without_zero_filters_is_not_called_sparse() => Assert.Equal(0, Run(Config(epochs: 1), WithAZeroWeight()).Metrics[0].Sparsity);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_finished_run_made_longer_ends_as_one_that_was_planned_so_long(bool masked)
    {
        var model = masked ? Masked() : _model;
        var config = Config(epochs: 3) with { Milestones = [2], ValidateEvery = 0, KeepZeroFilters = masked };
        var whole = _temporary.PathOf("whole");
        using (var run = TrainingRun.Start(whole, config with { Epochs = 5 }, model, _data)) run.Run();
        var path = _temporary.PathOf("longer");
        using (var run = TrainingRun.Start(path, config, model, _data)) run.Run();
        var folder = RunFolder.Open(path);
        using (var run = TrainingRun.Resume(folder, folder.Extend(folder.ReadConfig(), 5), _data)) Assert.Equal(5, run.Run().Metrics.Length);
        var (one, other) = (ModelFile.Read(RunFolder.Open(whole).Last), ModelFile.Read(folder.Last));
        Assert.All(one.Weights, w => Assert.Equal(w.Value.Data, other.Weights[w.Key].Data));
    }

    [Fact]
    public void Filters_that_are_zero_at_the_start_stay_zero_also_after_a_stop()
    {
        var masked = Masked();
        var config = Config(epochs: 2) with { LearningRate = 0.01, KeepZeroFilters = true };
        var path = _temporary.PathOf("kept");
        using (var run = TrainingRun.Start(path, config, masked, _data)) run.StopAfter(3);
        using (var run = TrainingRun.Resume(RunFolder.Open(path), RunFolder.Open(path).ReadConfig(), _data)) run.Run();
        var kept = ModelFile.Read(RunFolder.Open(path).Last);
        Assert.Equal(PruningStatistics.Of(masked).ZeroFilters, PruningStatistics.Of(kept).ZeroFilters);
        Assert.NotEqual(masked.Weights["loc.0.weight"].Data, kept.Weights["loc.0.weight"].Data);

        var free = _temporary.PathOf("free");
        using (var run = TrainingRun.Start(free, config with { KeepZeroFilters = false }, masked, _data)) run.Run();
        Assert.True(PruningStatistics.Of(ModelFile.Read(RunFolder.Open(free).Last)).ZeroFilters < PruningStatistics.Of(masked).ZeroFilters);
    }

    [Fact]
    public void A_loss_beyond_all_bounds_ends_the_run_with_the_reason_and_without_a_model()
    {
        var config = Config(epochs: 1) with { LearningRate = 1e4, Milestones = [] };
        using var run = TrainingRun.Start(_temporary.PathOf("far"), config, _model, _data);
        var error = Assert.Throws<TrainingDivergedException>(() => run.Run());
        Assert.Contains("try a lower learning rate", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(run.Folder.Last));
    }

    [Fact]
    public void Divergence_takes_a_thousand_times_the_first_loss_for_25_steps_or_an_epoch()
    {
        var at = DivergenceGuard.After(new RunPosition(), 2);
        for (var i = 0; i < 24; i++) at = DivergenceGuard.After(at, 2001);
        Assert.Throws<TrainingDivergedException>(() => DivergenceGuard.After(at, 2001));
        at = DivergenceGuard.After(at, 1999);
        Assert.Equal((0, 2.0), (at.StepsBeyond, at.FirstLoss));

        // A tiny first loss, as of a warm start, is taken for 1.
        at = DivergenceGuard.After(new RunPosition(), 1e-6);
        for (var i = 0; i < 100; i++) at = DivergenceGuard.After(at, 999);
        DivergenceGuard.CheckEpoch(at with { LossL = 990, LossC = 9, Step = 1 });
        Assert.Throws<TrainingDivergedException>(() => DivergenceGuard.CheckEpoch(at with { LossL = 1990, LossC = 11, Step = 2 }));
    }

    [Fact]
    public void Without_a_validation_split_training_goes_on_without_validation()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("single"));
        File.Delete(Path.Combine(folder, "wider_face_split", "wider_face_val_bbx_gt.txt"));
        var data = TrainingData.Open(folder, validate: true);
        Assert.Null(data.Validation);
        using var run = TrainingRun.Start(_temporary.PathOf("run"), Config(epochs: 1) with { DataDigest = data.Digest(), ValidateEvery = 1 }, _model, data);
        Assert.Null(Assert.Single(run.Run().Metrics).Ap);
    }

    [Fact]
    public void A_changed_configuration_that_fits_neither_data_nor_network_is_refused_before_the_first_step()
    {
        var config = Config(epochs: 1, pruning: true);
        var path = _temporary.PathOf("changed");
        TrainingRun.Start(path, config, _model, _data).Dispose();
        Refuses("steps per epoch", config with { StepsPerEpoch = config.StepsPerEpoch + 1 });
        Refuses("no-such-layer", config with { Pruning = config.Pruning! with { LayerRates = [new LayerRate("no-such-layer", 0.5)] } });
        TrainingRun.Resume(RunFolder.Open(path), config, _data).Dispose();

        void Refuses(string problem, TrainingConfig changed) =>
            Assert.Contains(problem, Assert.ThrowsAny<ArgumentException>(() => TrainingRun.Resume(RunFolder.Open(path), changed, _data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_of_a_pruning_run_is_a_pruned_model()
    {
        var result = Run(Config(epochs: 3, pruning: true) with { LearningRate = 0.01, ValidateEvery = 1 });
        var best = ModelFile.Read(result.Folder.Best).Info.Provenance[^1];
        var epoch = Assert.Single(result.Metrics, m => best.Contains($"epoch {m.Epoch} of 5", StringComparison.Ordinal));
        Assert.True(epoch.Sparsity > 0);
        Assert.Equal(epoch.Ap, result.Best);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    public void Images_too_small_for_the_network_are_refused_before_a_folder_is_made(int size)
    {
        var eresfd = Models.EResFd.Create();
        var model = RandomWeights.Fill(eresfd, 1);
        Assert.Throws<NetworkException>(() => TrainingRun.Start(_temporary.PathOf("small"), Config(epochs: 1) with { ImageSize = size, Batch = 1, StepsPerEpoch = _data.StepsPerEpoch(1) }, model, _data));
        Assert.False(Directory.Exists(_temporary.PathOf("small")));
    }

    [Fact]
    public void An_image_that_cannot_be_decoded_is_told_and_replaced()
    {
        File.WriteAllBytes(SpotDataset.PathOf(_temporary.PathOf("data"), "train", 2), File.ReadAllBytes(SpotDataset.PathOf(_temporary.PathOf("data"), "train", 2))[..^100]);
        File.WriteAllBytes(SpotDataset.PathOf(_temporary.PathOf("data"), "val", 1), File.ReadAllBytes(SpotDataset.PathOf(_temporary.PathOf("data"), "val", 1))[..^100]);
        using var run = TrainingRun.Start(_temporary.PathOf("broken"), Config(epochs: 2), _model, _data);
        var told = new List<string>();
        run.BrokenImage = (name, _) =>
        {
            lock (told) told.Add(name);
        };
        Assert.Equal(2, run.Run().Metrics.Length);
        Assert.Equal(["0--Spots/train2.jpg", "0--Spots/val1.jpg"], told.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("val")]
    public void A_split_without_boxes_is_refused(string part)
    {
        var folder = SpotDataset.Write(_temporary.PathOf("empty"));
        var list = Path.Combine(folder, "wider_face_split", $"wider_face_{part}_bbx_gt.txt");
        File.WriteAllText(list, $"0--Spots/{part}0.ppm\n0\n0 0 0 0 0 0 0 0 0 0\n");
        Assert.Contains("has a face", Assert.Throws<InvalidFileException>(() => TrainingData.Open(folder, validate: true)).Message, StringComparison.Ordinal);
    }

    private Model WithAZeroWeight()
    {
        var weights = _model.Weights.ToDictionary();
        weights["base.0.1.bias"] = new Tensor([8], new float[8]);
        return new Model(_model.Network, weights, _model.Info);
    }

    private Model Masked() => new PruningPlan(0.5).Select(_model, Secateur.Pruning.Criteria.FilterCriteria.Create("l1", 0)).Apply(_model);

    private TrainingConfig Config(int epochs, bool pruning = false)
    {
        var steps = _data.StepsPerEpoch(2);
        return (pruning ? Samples.PruningConfig : Samples.Config) with
        {
            Epochs = epochs,
            StepsPerEpoch = steps,
            Milestones = [steps * epochs * 3 / 4],
            DataDigest = _data.Digest(),
            ValidateEvery = 10,
            Threads = 1,
        };
    }

    private TrainingResult Run(TrainingConfig config, Model? initial = null)
    {
        using var run = TrainingRun.Start(_temporary.PathOf($"run-{_runs++}"), config, initial ?? _model, _data);
        return run.Run();
    }

    /// <summary>All files but the timing columns of the metrics.</summary>
    private static void SameOutcome(TrainingResult expected, TrainingResult actual)
    {
        static IEnumerable<EpochMetrics> Timeless(TrainingResult result) => result.Metrics.Select(m => m with { ImagesPerSecond = 0, Waiting = 0 });
        Assert.Equal(Timeless(expected), Timeless(actual));
        Assert.Equal(File.ReadAllBytes(expected.Folder.Last), File.ReadAllBytes(actual.Folder.Last));
        Assert.Equal(File.ReadAllBytes(expected.Folder.Best), File.ReadAllBytes(actual.Folder.Best));
        if (expected.Pruning is not null) Assert.Equal(File.ReadAllBytes(expected.Folder.Masked), File.ReadAllBytes(actual.Folder.Masked));
        Assert.Equal(File.ReadAllLines(expected.Folder.JsonLines).Length, File.ReadAllLines(actual.Folder.JsonLines).Select(l => JsonDocument.Parse(l)).Count());
    }

    /// <summary>Acts when a run reports that it has come to a point.</summary>
    private sealed class At(RunActivity activity, int done, Action act) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Activity == activity && value.Done == done) act();
        }
    }
}
