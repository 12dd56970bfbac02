using Secateur.Gpu.Devices;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Data.Loading;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Tests.Runs;

/// <summary>Runs that several processes share, each with a device: threads play them.</summary>
public sealed class SharedGpuRunTests : IDisposable
{
    private const int Batch = 4;

    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _tiny = TinyDetector.Create();

    public SharedGpuRunTests()
    {
        var folder = SpotDataset.Write(_temporary.PathOf("data"), train: 9, validation: 3);

        // One cannot be decoded.
        var broken = SpotDataset.PathOf(folder, "train", 2);
        File.WriteAllBytes(broken, File.ReadAllBytes(broken)[..^100]);
        _data = TrainingData.Open(folder, validate: true);
    }

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void The_number_of_processes_changes_no_bit_of_a_run(DeviceKind kind)
    {
        // Planes of several chunks; gradients for a criterion, validation, frozen zeros.
        var config = Config(_tiny, 128) with
        {
            ValidateEvery = 1,
            Pruning = new PruningSchedule { Criterion = "taylor", Rate = 0.5, Every = 1, FinetuneEpochs = 1, Batches = 2 },
        };
        var one = Run(1)[0];
        foreach (var ranks in new[] { 2, 4 })
        {
            var all = Run(ranks);
            Assert.All(Models(one.Folder).Zip(Models(all[0].Folder)), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
            var (expected, actual) = (StateFile.Read(one.Folder.State, _tiny, config), StateFile.Read(all[0].Folder.State, _tiny, config));
            Assert.Equal(expected.Statistics, actual.Statistics);
            Assert.Equal(expected.Optimizer.Arrays, actual.Optimizer.Arrays);
            Assert.Equal(expected.Position.Devices.AsEnumerable(), actual.Position.Devices);
            Assert.All(all, r => Assert.Equal(one.Metrics.Select(Timeless), r.Metrics.Select(Timeless)));
        }

        TrainingResult[] Run(int ranks) => SharedDevice.Run(kind, ranks, backend =>
        {
            using var run = TrainingRun.Start(_temporary.PathOf($"of {ranks}"), config, _tiny, _data, backend);
            return run.Run();
        });
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void The_number_of_processes_changes_no_bit_of_a_large_networks_steps(DeviceKind kind)
    {
        var model = Initializer.Create(Architectures.Create("eresfd"), 1);
        var config = Config(model, 64);
        var one = Steps(1)[0];
        foreach (var other in Steps(2).Concat(Steps(4)))
        {
            Assert.Equal(one.Losses, other.Losses);
            Same(one.Gradients, other.Gradients);
            Same(one.Model.Weights, other.Model.Weights);
        }

        (double[] Losses, IReadOnlyDictionary<string, Tensor> Gradients, Model Model)[] Steps(int ranks) => SharedDevice.Run(kind, ranks, backend =>
        {
            using var trainer = backend.CreateTrainer(config, model);
            using var batches = trainer.Load(_data.Train, new SampleLoaderOptions { Head = model.Network.Head, Seed = config.Seed, ImageSize = config.ImageSize, Batch = Batch, Threads = 1 });
            var losses = new double[2];
            for (var i = 0; i < losses.Length; i++)
            {
                var batch = batches.Next(default);
                trainer.Bring(batch);
                losses[i] = trainer.Step(batch, 0.001).Total;
            }

            return (losses, trainer.Gradients(batches.Next(default)), trainer.ToModel(""));
        });
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void A_loss_that_is_no_number_ends_all_processes_with_the_names_of_all_images(DeviceKind kind)
    {
        var weights = _tiny.Weights.ToDictionary();
        weights["loc.0.bias"] = new([4], [float.NaN, 0, 0, 0]);
        var broken = new Model(_tiny.Network, weights, _tiny.Info);
        string[] Fail(int ranks) => SharedDevice.Run(kind, ranks, backend =>
        {
            using var run = TrainingRun.Start(_temporary.PathOf($"broken {ranks}"), Config(broken, 64), broken, _data, backend);
            return Assert.Throws<TrainingDivergedException>(() => run.Run()).Message;
        });

        var alone = Fail(1)[0];
        Assert.Equal([alone, alone], Fail(2));
    }

    private static void Same(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual) =>
        Assert.All(expected, e => Assert.Equal(e.Value.Data, actual[e.Key].Data));

    private static string[] Models(RunFolder folder) => [folder.Last, folder.Best, folder.Masked, folder.Compacted];

    private static EpochMetrics Timeless(EpochMetrics metrics) => metrics with { ImagesPerSecond = 0, Waiting = 0 };

    private TrainingConfig Config(Model model, int size) => new()
    {
        Model = "model",
        Architecture = model.Network.Architecture,
        Data = _data.Train.Root,
        DataDigest = _data.Digest(),
        Epochs = 2,
        StepsPerEpoch = _data.StepsPerEpoch(Batch),
        Batch = Batch,
        ImageSize = size,
        LearningRate = 0.003,
        Optimizer = OptimizerKind.Adam,
        Seed = 5,
        Threads = 1,
        SaveEvery = 3600,
    };
}
