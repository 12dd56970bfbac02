using Secateur.Gpu.Devices;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Tests.Runs;

/// <summary>Whole runs of a small detector: on a device, stopped, resumed and moved.</summary>
public sealed class GpuRunTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _model = TinyDetector.Create();
    private int _runs;

    public GpuRunTests() => _data = TrainingData.Open(SpotDataset.Write(_temporary.PathOf("data")), validate: true);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    [DeviceData(DeviceKind.Emulator)]
    public void A_run_is_nearly_that_of_the_processor(DeviceKind kind)
    {
        var config = Config(epochs: 2);
        var (expected, actual) = (Run(config, TrainingBackend.Processor), Run(config, TestDevices.Backend(kind)));
        Assert.Equal(Names(expected.Folder), Names(actual.Folder));
        foreach (var (left, right) in expected.Metrics.Zip(actual.Metrics))
        {
            Assert.Equal(left.LossC!.Value, right.LossC!.Value, 1e-4 * left.LossC.Value);
            Assert.Equal(left.LossL!.Value, right.LossL!.Value, 1e-4 * left.LossL.Value);
            Assert.Equal(left.ValLossC ?? 0, right.ValLossC ?? 0, 1e-3 * (left.ValLossC ?? 0));
            Assert.Equal(left.Ap ?? 0, right.Ap ?? 0, 1e-3);
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl, "", OptimizerKind.Adam)]
    [DeviceData(DeviceKind.OpenCl, "fpgm", OptimizerKind.Sgd)]
    [DeviceData(DeviceKind.OpenCl, "taylor", OptimizerKind.Adam)]
    public void Stopping_after_any_step_and_going_on_changes_no_bit(DeviceKind kind, string criterion, OptimizerKind optimizer)
    {
        var config = Config(epochs: 2, criterion) with { Optimizer = optimizer };
        var backend = TestDevices.Backend(kind);
        var whole = Run(config, backend);
        SameBits(whole.Folder, Run(config, backend).Folder);
        for (var stop = 1; stop < whole.Metrics.Length * config.StepsPerEpoch; stop += 2)
        {
            var path = NextPath();
            using (var run = TrainingRun.Start(path, config, _model, _data, backend)) StopAfter(run, stop);
            using (var run = TrainingRun.Resume(RunFolder.Open(path), config, _data, backend)) SameBits(whole.Folder, run.Run().Folder);
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Pruned_filters_stay_exactly_zero(DeviceKind kind)
    {
        var result = Run(Config(epochs: 2, "l1"), TestDevices.Backend(kind));
        var masked = ModelFile.Read(result.Folder.Masked);
        Assert.True(Secateur.Pruning.PruningStatistics.Of(masked).ZeroFilters > 0);
        Assert.True(result.Pruning!.MaxRelativeDifference < 1e-4);
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void A_run_moves_to_the_processor_and_back(DeviceKind kind)
    {
        var (config, path, backend) = (Config(epochs: 3), NextPath(), TestDevices.Backend(kind));
        using (var run = TrainingRun.Start(path, config, _model, _data, backend)) StopAfter(run, 2);
        using (var run = TrainingRun.Resume(RunFolder.Open(path), config, _data)) StopAfter(run, 2);
        using (var run = TrainingRun.Resume(RunFolder.Open(path), config, _data, backend))
        {
            Assert.Equal<string>([backend.Device, "cpu"], run.Devices);
            var moved = run.Run().Metrics;
            var stayed = Run(config, TrainingBackend.Processor).Metrics;
            foreach (var (left, right) in stayed.Zip(moved)) Assert.Equal(left.LossC!.Value, right.LossC!.Value, 1e-4 * left.LossC.Value);
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void What_a_device_has_no_memory_for_is_refused_with_a_batch_that_fits(DeviceKind kind)
    {
        // Three times as much as there is, but no more positions than a batch may have anyway.
        var (path, batch) = (NextPath(), (int)Math.Min(TestDevices.Get(kind).MemoryBytes >> 26, 255));
        var error = Assert.Throws<DeviceException>(() =>
            TrainingRun.Start(path, Config(epochs: 1) with { Batch = batch, StepsPerEpoch = 1, ImageSize = 2048 }, _model, _data, TestDevices.Backend(kind)).Dispose());
        Assert.Matches(@"needs [\d.]+ GB, (opencl|cuda):0 .* has [\d.]+ GB for it; a batch of \d+ would fit", error.Message);
        Assert.False(Path.Exists(path));
    }

    private TrainingConfig Config(int epochs, string criterion = "") => new()
    {
        Model = "tiny",
        Architecture = _model.Network.Architecture,
        Data = _data.Train.Root,
        DataDigest = _data.Digest(),
        Epochs = epochs,
        StepsPerEpoch = _data.StepsPerEpoch(2),
        Batch = 2,
        ImageSize = 64,
        LearningRate = 0.003,
        Optimizer = OptimizerKind.Adam,
        Seed = 5,
        Threads = 1,
        SaveEvery = 0,
        Pruning = criterion.Length == 0 ? null : new PruningSchedule { Criterion = criterion, Rate = 0.5, Every = 1, FinetuneEpochs = 1, Batches = 2 },
    };

    private TrainingResult Run(TrainingConfig config, TrainingBackend backend)
    {
        using var run = TrainingRun.Start(NextPath(), config, _model, _data, backend);
        return run.Run();
    }

    private string NextPath() => _temporary.PathOf($"run{_runs++}");

    private static void StopAfter(TrainingRun run, int steps)
    {
        using var stop = new CancellationTokenSource();
        var progress = new Counter(() =>
        {
            if (--steps == 0) stop.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => run.Run(progress, stop.Token));
    }

    private static void SameBits(RunFolder expected, RunFolder actual)
    {
        var (left, right) = (ModelFile.Read(expected.Last), ModelFile.Read(actual.Last));
        Assert.All(left.Weights, w => Assert.Equal(w.Value.Data, right.Weights[w.Key].Data));
    }

    private static IEnumerable<string> Names(RunFolder folder) => Directory.GetFiles(folder.Path).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal);

    private sealed class Counter(Action step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Activity == RunActivity.Training && value.Finished is null) step();
        }
    }
}
