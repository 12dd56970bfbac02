using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Engine.Operations;
using Secateur.Graph;
using Secateur.Training.Engine.Maps;

namespace Secateur.Gpu.Tests.Engine;

/// <summary>Partial sums of several processes, between the device and the others.</summary>
public sealed class SumExchangeTests
{
    private const int Ranks = 3;

    [Fact]
    public void Rows_get_the_parts_of_all_processes_by_rank()
    {
        var joined = Exchange(18, rank => [100 + rank, 110 + rank, 200 + rank, 210 + rank, 300 + rank, 310 + rank], (exchange, stream, sums) => exchange.Gather(stream, sums, 3, 2));
        double[] expected = [100, 110, 101, 111, 102, 112, 200, 210, 201, 211, 202, 212, 300, 310, 301, 311, 302, 312];
        Assert.All(joined, all => Assert.Equal(expected, all));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Planes_fall_into_the_same_chunks_for_any_number_of_processes(int layers)
    {
        int Of(int images, int ranks) => Shares.Of(new StoredMap("map", images, new MapShape(16, 128, 128), false), layers, ranks);
        Assert.Equal([Of(8, 1), Of(8, 1), Of(8, 1)], [Of(4, 2), Of(2, 4), Of(1, 8)]);
    }

    /// <summary>In one message and in several, of slices that are not all full.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(8)]
    [InlineData(1)]
    public void Chunks_are_added_in_the_order_of_the_processes(int mostSums)
    {
        const int Count = 7, Chunks = 2;

        // Any other order, or sums of sums, would end in other bits.
        var chunks = Enumerable.Range(0, Ranks * Chunks * Count).Select(i => Math.Pow(-1.7, i * 37 % 41)).ToArray();
        var expected = new double[Count];
        for (var i = 0; i < chunks.Length; i++) expected[i % Count] += chunks[i];
        Assert.NotEqual(expected, Enumerable.Range(0, Count).Select(c => Enumerable.Range(0, Ranks * Chunks).Reverse().Sum(k => chunks[(k * Count) + c])));

        var own = Chunks * Count;
        var sums = Exchange(own, rank => chunks[(rank * own)..((rank + 1) * own)], (exchange, stream, view) => exchange.Sum(stream, view, Count, Chunks), mostSums);
        Assert.All(sums, all => Assert.Equal(expected, all[..Count]));
    }

    /// <summary>Fills buffers with what each process has, and gives what is in them afterwards.</summary>
    private static double[][] Exchange(int room, Func<int, double[]> own, Action<SumExchange, AcceleratorStream, ArrayView<double>> work, int mostSums = 1000)
    {
        var device = TestDevices.Get(DeviceKind.Emulator);
        return SharedDevice.Run(DeviceKind.Emulator, Ranks, backend =>
        {
            using var buffer = device.Accelerator.Allocate1D<double>(room);
            var values = new double[room];
            own(backend.Ranks.Rank).CopyTo(values, 0);
            buffer.View.CopyFromCPU(device.Stream, values);
            work(new SumExchange(backend.Ranks, mostSums), device.Stream, buffer.View.BaseView);
            buffer.View.CopyToCPU(device.Stream, values);
            device.Stream.Synchronize();
            return values;
        });
    }
}
