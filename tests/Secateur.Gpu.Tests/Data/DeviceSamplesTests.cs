using Secateur.Gpu.Data;
using Secateur.Gpu.Devices;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Gpu.Tests.Data;

public sealed class DeviceSamplesTests : IDisposable
{
    private const int Side = 48;
    private const long Plenty = 1 << 28;

    private static readonly SampleLoaderOptions Options = new() { Head = RenderedSamples.Head, Seed = 3, ImageSize = Side, Batch = 4, Threads = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [DeviceFact]
    public void Every_pixel_is_that_of_the_cpu()
    {
        var dataset = Mixed();
        using var store = new PictureStore(TestDevices.Default, dataset, Plenty, 0);
        AssertSame(TestDevices.Default, store, dataset, Options, 50);
        AssertSame(TestDevices.Default, store, dataset, Options with { Seed = 4, ImageSize = 75, Batch = 7 }, 6);
    }

    [DeviceTheory]
    [InlineData(0, 0, "Nowhere")]
    [InlineData(0, Plenty, "Host")]
    [InlineData(0, 60_000, "Nowhere, Host")]
    [InlineData(60_000, 0, "Nowhere, Device")]
    [InlineData(60_000, 60_000, "Nowhere, Device, Host")]
    [InlineData(60_000, Plenty, "Device, Host")]
    [InlineData(Plenty, Plenty, "Device")]
    public void Where_the_pictures_lie_makes_no_difference(long onDevice, long onHost, string places)
    {
        var dataset = Mixed();
        using var store = new PictureStore(TestDevices.Default, dataset, onDevice, onHost);
        var seen = AssertSame(TestDevices.Default, store, dataset, Options, 12);
        Assert.Equal(places, string.Join(", ", seen.Select(s => s.Picture.Place).Distinct().Order()));
        Assert.InRange(store.Kept.OnDevice, 0, onDevice);
        Assert.InRange(store.Kept.OnHost, 0, onHost);
    }

    [DeviceFact]
    public void What_is_kept_is_not_read_again()
    {
        var dataset = Mixed();
        using var store = new PictureStore(TestDevices.Default, dataset, 60_000, Plenty);
        using var renderer = new BatchRenderer(TestDevices.Default, store, Options.Head.Pixels, Side, Options.Batch);
        var before = Load(dataset, store, renderer, Options, 20);
        var decoded = store.Decoded;
        Assert.InRange(decoded, dataset.Images.Length, 4 * dataset.Images.Length);
        foreach (var image in dataset.Images) File.Delete(image.Path);
        Assert.Equal(before, Load(dataset, store, renderer, Options with { Threads = 3 }, 20));
        Assert.Equal(decoded, store.Decoded);
    }

    [DeviceFact]
    public void Pictures_that_were_decoded_for_batches_that_nobody_took_are_of_use_later()
    {
        var dataset = Mixed();
        using var store = new PictureStore(TestDevices.Default, dataset, Plenty, 0);
        using (var unused = new DeviceSamples(dataset, Options, store)) unused.Next();
        AssertSame(TestDevices.Default, store, dataset, Options, 4);
    }

    [DeviceFact]
    public void Loading_goes_on_where_it_ended()
    {
        var dataset = Mixed();
        using var store = new PictureStore(TestDevices.Default, dataset, Plenty, 0);
        using var renderer = new BatchRenderer(TestDevices.Default, store, Options.Head.Pixels, Side, Options.Batch);
        var all = Load(dataset, store, renderer, Options, 6);
        Assert.Equal(all[3..], Load(dataset, store, renderer, Options with { Epoch = 1, Step = 1 }, 3));
        AssertSame(TestDevices.Default, store, dataset, Options with { Epoch = 2, Step = 1 }, 2);
    }

    [DeviceFact]
    public void A_broken_image_is_told_once_and_replaced_or_strictly_an_error()
    {
        var dataset = Mixed();
        File.WriteAllText(dataset.Images[2].Path, "no picture");
        using var store = new PictureStore(TestDevices.Default, dataset, Plenty, 0);
        var told = new List<string>();
        var options = Options with { BrokenImage = (image, problem) => { lock (told) told.Add($"{image.Name}: {problem}"); } };
        using (var expected = new SampleLoader(dataset, options with { BrokenImage = null }))
        using (var actual = new DeviceSamples(dataset, options, store))
        {
            for (var i = 0; i < 8; i++) Assert.Equal(expected.Next().Samples.Select(s => s.Name), actual.Next().Samples.Select(s => s.Name));
        }

        Assert.StartsWith(dataset.Images[2].Name, Assert.Single(told), StringComparison.Ordinal);
        AssertSame(TestDevices.Default, store, dataset, options with { BrokenImage = null }, 8);
        using var strict = new DeviceSamples(dataset, options with { Strict = true }, store);
        Assert.Contains(dataset.Images[2].Name, Assert.Throws<InvalidFileException>(() => { while (strict.Next().Epoch < 2) ; }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_emulator_makes_the_same_pixels()
    {
        using var emulator = GpuDevice.Open(new DeviceName(DeviceKind.Emulator))!;
        var dataset = RenderedSamples.Write(_folder, (40, 30, "png"), (90, 70, "jpg"));
        using var store = new PictureStore(emulator, dataset, 10_000, 20_000);
        AssertSame(emulator, store, dataset, Options with { ImageSize = 33, Batch = 2 }, 3);
    }

    private static List<DeviceSample> AssertSame(GpuDevice device, PictureStore store, FaceDataset dataset, SampleLoaderOptions options, int batches)
    {
        var seen = new List<DeviceSample>();
        using var renderer = new BatchRenderer(device, store, options.Head.Pixels, options.ImageSize, options.Batch);
        using var expected = new SampleLoader(dataset, options with { Threads = 1 });
        using var actual = new DeviceSamples(dataset, options, store);
        Assert.Equal(expected.StepsPerEpoch, actual.StepsPerEpoch);
        for (var i = 0; i < batches; i++)
        {
            var (e, a) = (expected.Next(), actual.Next());
            Assert.Equal((e.Epoch, e.Step), (a.Epoch, a.Step));
            var planes = RenderedSamples.Render(renderer, a, options.ImageSize);
            for (var k = 0; k < e.Samples.Length; k++)
            {
                Assert.Equal(e.Samples[k].Name, a.Samples[k].Name);
                Assert.Equal(e.Samples[k].Faces.AsEnumerable(), a.Samples[k].Faces);
                RenderedSamples.AssertSame(e.Samples[k].Image, planes[k], options.Head.Pixels, $"batch {i}, sample {k} ({e.Samples[k].Name})");
            }

            seen.AddRange(a.Samples);
        }

        return seen;
    }

    private static float[][][] Load(FaceDataset dataset, PictureStore store, BatchRenderer renderer, SampleLoaderOptions options, int batches)
    {
        using var samples = new DeviceSamples(dataset, options, store);
        return [.. Enumerable.Range(0, batches).Select(_ => RenderedSamples.Render(renderer, samples.Next(), Side))];
    }

    /// <summary>Small and large images, some of which are reduced: two steps an epoch.</summary>
    private FaceDataset Mixed() => RenderedSamples.Write(
        _folder, (50, 70, "png"), (200, 133, "jpg"), (321, 240, "jpg"), (33, 20, "png"), (220, 170, "png"), (97, 230, "jpg"), (601, 451, "jpg"), (48, 48, "png"));
}
