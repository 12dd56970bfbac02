using Secateur.Models;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Runs;

/// <summary>Runs that several processes share: threads play them.</summary>
public sealed class SharedRunTests : IDisposable
{
    private const int Batch = 4;

    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _model = TinyDetector.Create();

    public SharedRunTests()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("data"), train: 13, validation: 5);

        // One cannot be decoded in either split.
        foreach (var path in new[] { SpotDataset.PathOf(folder, "train", 2), SpotDataset.PathOf(folder, "val", 1) }) File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        _data = TrainingData.Open(folder, validate: true);
    }

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(OptimizerKind.Adam, null, 1)]
    [InlineData(OptimizerKind.Sgd, "fpgm", 1)]
    [InlineData(OptimizerKind.Adam, "taylor", 3)]
    public void The_number_of_processes_changes_no_bit_of_a_run(OptimizerKind optimizer, string? criterion, int validateEvery)
    {
        var config = Config(criterion) with { Optimizer = optimizer, ValidateEvery = validateEvery };
        var one = Run("one", 1, config);
        foreach (var processes in new[] { 2, 4 })
        {
            var all = Run($"of {processes}", processes, config);
            SameOutcome(one[0], all[0], config);
            Assert.All(all, r => Assert.Equal(one[0].Metrics.Select(Timeless), r.Metrics.Select(Timeless)));
        }
    }

    [Fact]
    public void A_run_that_one_process_is_told_to_stop_goes_on_with_another_number_of_them()
    {
        var config = Config("taylor") with { ValidateEvery = 1 };
        var whole = Run("whole", 1, config)[0];
        foreach (var (activity, done, first, second) in new[]
        {
            (RunActivity.Training, 1, 4, 2),
            (RunActivity.Training, 3, 2, 1),
            (RunActivity.MeasuringGradients, 1, 2, 4),
            (RunActivity.ValidationLoss, 1, 4, 2),
            (RunActivity.Detecting, 1, 2, 4),
        })
        {
            var path = _temporary.PathOf($"stopped {activity} {done}");
            var steps = ThreadCollective.Run(first, ranks =>
            {
                using var stop = new CancellationTokenSource();
                using var run = TrainingRun.Start(path, config, _model, _data, TrainingBackend.OnProcessors(ranks));
                var taken = 0;
                Assert.Throws<TrainingStoppedException>(() => run.Run(new Listener(p =>
                {
                    if (p is { Activity: RunActivity.Training, Finished: null }) taken++;
                    if (ranks.Rank == ranks.Size - 1 && p.Activity == activity && p.Done >= done) stop.Cancel();
                }), stop.Token));
                return taken;
            });
            Assert.Single(steps.Distinct());
            var resumed = ThreadCollective.Run(second, ranks =>
            {
                using var run = TrainingRun.Resume(RunFolder.Open(path), config, _data, TrainingBackend.OnProcessors(ranks));
                return run.Run();
            });
            SameOutcome(whole, resumed[0], config);
        }
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_all_processes_with_the_names_of_all_images()
    {
        var weights = _model.Weights.ToDictionary();
        weights["loc.0.bias"] = new([4], [float.NaN, 0, 0, 0]);
        var broken = new Model(_model.Network, weights, _model.Info);
        var config = Config(null);
        string Fail(Collective ranks, string name)
        {
            using var run = TrainingRun.Start(_temporary.PathOf(name), config, broken, _data, TrainingBackend.OnProcessors(ranks));
            return Assert.Throws<TrainingDivergedException>(() => run.Run()).Message;
        }

        var alone = Fail(Collective.Alone, "alone");
        Assert.Equal([alone, alone], ThreadCollective.Run(2, ranks => Fail(ranks, "two")));
    }

    [Fact]
    public void A_process_with_other_options_is_found_out_before_the_first_step()
    {
        var config = Config(null);
        var error = Assert.Throws<InvalidOperationException>(() => ThreadCollective.Run(2, ranks =>
            TrainingRun.Start(_temporary.PathOf("other"), config with { LearningRate = ranks.Rank + 0.1 }, _model, _data, TrainingBackend.OnProcessors(ranks))));
        Assert.StartsWith("rank 1 has another configuration or data set", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.PathOf("other")));
    }

    [Fact]
    public void Counts_that_do_not_divide_are_refused_before_a_folder_is_made()
    {
        var error = Assert.Throws<ArgumentException>(() => ThreadCollective.Run(3, ranks =>
            TrainingRun.Start(_temporary.PathOf("three"), Config(null), _model, _data, TrainingBackend.OnProcessors(ranks))));
        Assert.Contains("1, 2, 4 can", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_temporary.PathOf("three")));
    }

    [Fact]
    public void The_number_of_chunks_is_recorded_and_decides_the_last_bits()
    {
        var (few, many) = (Config(null) with { Chunks = 2 }, Config(null) with { Chunks = 16 });
        Assert.Null(many.Chunks);
        Assert.NotEqual(few.Digest(), many.Digest());
        var (one, other) = (Run("2 chunks", 1, few)[0], Run("16 chunks", 1, many)[0]);
        Assert.NotEqual(File.ReadAllBytes(one.Folder.Last), File.ReadAllBytes(other.Folder.Last));
        Assert.Equal((2, 16), (one.Folder.ReadConfig().ChunkCount, other.Folder.ReadConfig().ChunkCount));
        Assert.DoesNotContain("chunks", File.ReadAllText(other.Folder.Config), StringComparison.Ordinal);
        SameOutcome(one, Run("2 chunks of 2", 2, few)[0], few);
    }

    [Fact]
    public void Gradients_for_a_criterion_are_the_same_for_any_number_of_processes()
    {
        var config = Config("taylor");
        var alone = GradientBatches.Measure(_model, config, _data);
        var shared = ThreadCollective.Run(4, ranks => GradientBatches.Measure(_model, config, _data, TrainingBackend.OnProcessors(ranks)));
        Assert.True(FilterCriteria.Create("taylor", 0).NeedsGradients);
        foreach (var gradients in shared)
        {
            Assert.Equal(alone.Count, gradients.Count);
            Assert.All(alone.Zip(gradients), pair => Assert.All(pair.First, g => Assert.Equal(g.Value.Data, pair.Second[g.Key].Data)));
        }
    }

    private TrainingResult[] Run(string name, int processes, TrainingConfig config) => ThreadCollective.Run(processes, ranks =>
    {
        using var run = TrainingRun.Start(_temporary.PathOf(name), config, _model, _data, processes == 1 ? null : TrainingBackend.OnProcessors(ranks));
        return run.Run();
    });

    private TrainingConfig Config(string? criterion)
    {
        var config = criterion is null ? Samples.Config : Samples.PruningConfig;
        var steps = _data.StepsPerEpoch(Batch);
        return config with
        {
            Epochs = 2,
            Batch = Batch,
            StepsPerEpoch = steps,
            Milestones = [steps],
            DataDigest = _data.Digest(),
            ValidateEvery = 10,
            Threads = 1,
            SaveEvery = 3600,
            Pruning = criterion is null ? null : config.Pruning! with { Criterion = criterion, Batches = criterion == "taylor" ? 2 : null, FinetuneEpochs = 1, Every = 1 },
        };
    }

    private void SameOutcome(TrainingResult expected, TrainingResult actual, TrainingConfig config)
    {
        string[] Models(RunFolder f) => config.Pruning is null ? [f.Last, f.Best] : [f.Last, f.Best, f.Masked, f.Compacted];
        Assert.All(Models(expected.Folder).Zip(Models(actual.Folder)), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
        var (one, other) = (StateFile.Read(expected.Folder.State, _model, config), StateFile.Read(actual.Folder.State, _model, config));
        Assert.Equal(one.Parameters, other.Parameters);
        Assert.Equal(one.Statistics, other.Statistics);
        Assert.Equal(one.Optimizer.Steps, other.Optimizer.Steps);
        Assert.Equal(one.Optimizer.Arrays, other.Optimizer.Arrays);
        Assert.Equal(one.Position.Metrics.Select(Timeless), other.Position.Metrics.Select(Timeless));
        Assert.Equal(one.Position.Devices.AsEnumerable(), other.Position.Devices);
    }

    private static EpochMetrics Timeless(EpochMetrics metrics) => metrics with { ImagesPerSecond = 0, Waiting = 0 };
}
