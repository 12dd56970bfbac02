using Secateur.Gpu.Data;
using Secateur.Gpu.Devices;
using Secateur.Graph;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Gpu.Tests.Data;

public sealed class DeviceSamplesTests : IDisposable
{
    private static readonly (int, int, string)[] Sizes =
        [(50, 70, "png"), (200, 133, "jpg"), (641, 480, "jpg"), (33, 20, "png"), (400, 300, "png"), (97, 300, "jpg"), (1201, 901, "jpg"), (64, 64, "png")];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [OpenClFact]
    public void Every_pixel_is_that_of_the_cpu()
    {
        var dataset = RenderedSamples.Write(_folder, Sizes);
        using var device = GpuDevice.Open(new DeviceName(DeviceKind.OpenCl))!;
        using var store = new PictureStore(device, dataset, 1 << 30, 1 << 30);
        AssertSame(device, store, dataset, new SampleLoaderOptions { Head = RenderedSamples.Head, Seed = 3, ImageSize = 64, Batch = 8, Threads = 2 }, 40);
    }

    private static void AssertSame(GpuDevice device, PictureStore store, FaceDataset dataset, SampleLoaderOptions options, int batches)
    {
        var format = options.Head.Pixels;
        using var renderer = new BatchRenderer(device, store, format, options.ImageSize, options.Batch);
        using var expected = new SampleLoader(dataset, options);
        using var actual = new DeviceSamples(dataset, options, store);
        Assert.Equal(expected.StepsPerEpoch, actual.StepsPerEpoch);
        for (var i = 0; i < batches; i++)
        {
            var (e, a) = (expected.Next(), actual.Next());
            Assert.Equal((e.Epoch, e.Step), (a.Epoch, a.Step));
            var planes = RenderedSamples.Render(device, renderer, a, options.ImageSize);
            for (var k = 0; k < e.Samples.Length; k++)
            {
                Assert.Equal(e.Samples[k].Name, a.Samples[k].Name);
                Assert.Equal(e.Samples[k].Faces.AsEnumerable(), a.Samples[k].Faces);
                RenderedSamples.AssertSame(e.Samples[k], planes[k], format, $"batch {i}, sample {k}");
            }
        }
    }
}
