using Secateur.Gpu.Devices;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Data.Loading;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Gpu.Tests.Runs;

/// <summary>Steps on a device against those on the processor.</summary>
public sealed class GpuTrainerTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;

    public GpuTrainerTests() => _data = TrainingData.Open(SpotDataset.Write(_temporary.PathOf("data")), validate: true);

    public void Dispose() => _temporary.Dispose();

    /// <summary>The same losses, gradients and running statistics, from the same files, draws and pixels on.</summary>
    [Theory]
    [DeviceData(DeviceKind.OpenCl, "eresfd", 128)]
    public void A_step_is_that_of_the_processor(DeviceKind kind, string architecture, int size)
    {
        var model = Initializer.Create(Architectures.Create(architecture), 1);
        var config = Config(architecture, size, OptimizerKind.Sgd);
        using var expected = TrainingBackend.Processor.CreateTrainer(config, model);
        using var actual = TestDevices.Backend(kind).CreateTrainer(config, model);
        var options = Options(model, config);
        using var expectedBatches = expected.Load(_data.Train, options);
        using var actualBatches = actual.Load(_data.Train, options);
        var (left, right) = (expectedBatches.Next(default), actualBatches.Next(default));
        Assert.Equal(left.Names, right.Names);

        AssertClose(expected.Gradients(left), actual.Gradients(right), 1e-4);
        actual.Bring(right);
        var (before, after) = (expected.Step(left, 0.01), actual.Step(right, 0.01));
        Assert.Equal(before.Positives, after.Positives);
        Assert.Equal(before.Location, after.Location, 1e-5 * before.Location);
        Assert.Equal(before.Confidence, after.Confidence, 1e-5 * before.Confidence);
        var (moved, movedThere) = (expected.ToModel(""), actual.ToModel(""));
        foreach (var (name, tensor) in moved.Weights)
        {
            var largest = Math.Max(1e-3f, tensor.Data.Max(Math.Abs));
            for (var i = 0; i < tensor.Length; i++) Assert.True(Math.Abs(tensor.Data[i] - movedThere.Weights[name].Data[i]) <= 1e-4 * largest, $"{name}[{i}]: {tensor.Data[i]}, {movedThere.Weights[name].Data[i]}");
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    [DeviceData(DeviceKind.Emulator)]
    public void Distillation_is_left_to_the_processor(DeviceKind kind)
    {
        var config = Config("tiny", 64, OptimizerKind.Adam) with { Distill = true };
        var error = Assert.Throws<ArgumentException>(() => TestDevices.Backend(kind).CreateTrainer(config, TinyDetector.Create()));
        Assert.Contains("distillation runs on the processor", error.Message, StringComparison.Ordinal);
    }

    private static TrainingConfig Config(string architecture, int size, OptimizerKind optimizer) => new()
    {
        Model = architecture,
        Architecture = architecture,
        Data = "",
        DataDigest = "",
        Epochs = 2,
        StepsPerEpoch = 3,
        Batch = 2,
        ImageSize = size,
        Optimizer = optimizer,
        Seed = 3,
        Threads = 2,
    };

    private static SampleLoaderOptions Options(Model model, TrainingConfig config) =>
        new() { Head = model.Network.Head, Seed = config.Seed, ImageSize = config.ImageSize, Batch = config.Batch, Threads = 1 };

    private static void AssertClose(IReadOnlyDictionary<string, Tensor> expected, IReadOnlyDictionary<string, Tensor> actual, double tolerance)
    {
        var largest = expected.Values.Max(t => t.Data.Max(Math.Abs));
        foreach (var (name, tensor) in expected)
        {
            for (var i = 0; i < tensor.Length; i++)
                Assert.True(Math.Abs(tensor.Data[i] - actual[name].Data[i]) <= tolerance * largest, $"gradient of {name}[{i}] is {actual[name].Data[i]} instead of {tensor.Data[i]}, the largest is {largest}");
        }
    }
}
