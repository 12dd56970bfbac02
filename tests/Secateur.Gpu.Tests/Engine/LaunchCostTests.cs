using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Training.Initialization;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Tests.Engine;

public sealed class LaunchCostTests
{
    private const int Batch = 2;
    private const int Size = 128;

    /// <summary>Forward once; backward once for the weights, and once for the inputs, but for the layers that read the image.</summary>
    [Fact]
    public void Convolutions_multiply_as_often_as_their_definition_says()
    {
        var model = Initializer.Create(Architectures.Create("eresfd"), 1);
        var results = new DetectorResults(model.Network, Batch, Size, Size, new AnchorGrid(model.Network, Size, Size).Count);
        using var executor = new GpuExecutor(
            TestDevices.Get(DeviceKind.Emulator), TestDevices.Backend(DeviceKind.Emulator).Kernels, model, (Batch, Size, Size), results.Place, trains: true);
        var macs = NetworkCosts.CountMacs(model.Network, Size, Size) * Batch;

        Assert.Equal(macs, Sum(executor.ForwardLaunches));
        Assert.Equal(macs, Sum(executor.BackwardLaunches.Where(l => l.Cost.Kernel.Contains("Products", StringComparison.Ordinal))));
        var stem = executor.ForwardLaunches.First(l => l.Cost.MultiplyAdds > 0).Cost.MultiplyAdds;
        Assert.Equal(macs - stem, Sum(executor.BackwardLaunches.Where(l => l.Cost.Kernel.StartsWith("InputGradient", StringComparison.Ordinal))));
    }

    private static long Sum(IEnumerable<Launch> launches) => launches.Sum(l => l.Cost.MultiplyAdds);
}
