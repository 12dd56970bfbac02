using System.Diagnostics;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Runs;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;

namespace Secateur.Bench.Devices;

/// <summary>Whole training steps on a device, as runs take them: files are read, samples drawn, the network trained.</summary>
internal static class DeviceTraining
{
    private const int Seed = 1;

    // The second one records the launches; after that, a small data set is decoded.
    private const int WarmUp = 6;

    /// <summary>Takes steps that do not count, then the measured ones, then times kernels.</summary>
    public static DeviceResult Run(DeviceSettings settings)
    {
        using var drawn = settings.Data is null ? new DrawnPictures() : null;
        var start = Stopwatch.GetTimestamp();
        using var device = GpuDevice.Open(settings.Device) ?? throw new InvalidOperationException($"{settings.Device} is the processor; leave --device out");
        if (settings.Precision == Precision.Tf32 && !device.HasTensorCores) throw new InvalidOperationException($"{device} has no tensor cores for --precision tf32");
        var dataset = FaceDatasets.Open(settings.Data ?? drawn!.Folder, DatasetSplit.Train);
        var model = Initializer.Create(Architectures.Create(settings.Architecture), Seed);
        var config = Config(settings, dataset, model.Network);
        using var trainer = (GpuTrainer)new GpuBackend(device).CreateTrainer(config, model);
        using var batches = trainer.Load(dataset, new SampleLoaderOptions
        {
            Head = model.Network.Head,
            Seed = Seed,
            ImageSize = settings.ImageSize,
            Batch = settings.Batch,
            Threads = settings.Threads,
        });
        var (_, _, first) = Step();
        var firstSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // A step takes the emulator a minute, and it records nothing.
        for (var i = 1; i < (settings.Device.Kind == DeviceKind.Emulator ? 1 : WarmUp); i++) Step();
        var steps = Enumerable.Range(0, settings.Steps).Select(_ => Step()).ToArray();

        var kernels = settings.Kernels ? DeviceProbe.Run(device) : null;
        return new DeviceResult(
            settings.Architecture,
            device.ToString(),
            settings.Batch,
            settings.ImageSize,
            settings.Data ?? $"{DrawnPictures.Count} drawn JPEG files of {DrawnPictures.Width} x {DrawnPictures.Height}",
            firstSeconds,
            [.. steps.Select(s => s.Ms)],
            [.. steps.Select(s => s.WaitingMs)],
            trainer.Executor.MemoryBytes,
            trainer.KeptPictures.OnDevice,
            trainer.KeptPictures.OnHost,
            trainer.IsRecorded,
            trainer.Executor.ForwardLaunches.Count + trainer.Executor.BackwardLaunches.Count,
            first,
            steps[^1].Loss,
            kernels,
            kernels is null ? [] : KernelRow.Of(LaunchTimer.Run(device, trainer.Executor.ForwardLaunches.Concat(trainer.Executor.BackwardLaunches)), kernels));

        (double Ms, double WaitingMs, double Loss) Step()
        {
            var begin = Stopwatch.GetTimestamp();
            var batch = batches.Next(default);
            trainer.Bring(batch);
            var waiting = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            var loss = trainer.Step(batch, config.LearningRate).Total;
            return (Stopwatch.GetElapsedTime(begin).TotalMilliseconds, waiting, loss);
        }
    }

    private static TrainingConfig Config(DeviceSettings settings, FaceDataset dataset, Network network) => new()
    {
        Model = settings.Architecture,
        Architecture = settings.Architecture,
        Data = dataset.Root,
        DataDigest = "",
        Epochs = 1,
        StepsPerEpoch = SampleLoader.CountSteps(dataset.Images.Count(i => !i.Faces.IsEmpty), settings.Batch),
        Batch = settings.Batch,
        ImageSize = settings.ImageSize,
        Precision = settings.Precision,
        Optimizer = Architectures.Of(network).Training.Optimizer,
        Seed = Seed,
        Threads = settings.Threads,
    };
}
