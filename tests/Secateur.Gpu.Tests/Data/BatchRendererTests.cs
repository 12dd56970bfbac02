using System.Collections.Immutable;
using Secateur.Gpu.Data;
using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Training;
using Secateur.Training.Data.Augmentation;

namespace Secateur.Gpu.Tests.Data;

public sealed class BatchRendererTests
{
    private const int Side = 37;

    private static readonly SampleAugmentation Augmentation = new(RenderedSamples.Head, Side);

    // As they are, inside, across a corner, around all of the picture, and beside it.
    private static readonly SampleWindow[] Windows = [new(0, 0, Side), new(3.3, 5.6, 31), new(-20, 40.5, 60.7), new(-31, -50, 190.3), new(-50, 0, 40)];

    public static TheoryData<string> Filters => [.. Enum.GetNames<ResampleFilter>()];

    [DeviceTheory]
    [MemberData(nameof(Filters))]
    public void Every_combination_of_steps_gives_the_pixels_of_the_cpu(string filter)
    {
        var picture = RenderedSamples.Picture(83, 71, 1);
        foreach (var window in Windows)
        {
            var recipes =
                from mirrored in new[] { false, true }
                let axes = ResampleAxes.Create(83, 71, window with { Mirrored = mirrored }, Side, Enum.Parse<ResampleFilter>(filter))
                from draws in Combinations()
                select new SampleRecipe(axes, draws);
            AssertSame(picture, [.. recipes], RenderedSamples.Head.Pixels);
        }
    }

    [DeviceFact]
    public void The_order_of_the_planes_and_the_mean_are_those_of_the_network()
    {
        var format = new PixelFormat([100.5f, 7, 200.25f], PixelOrder.Bgr);
        var augmentation = new SampleAugmentation(RenderedSamples.Head with { Pixels = format }, Side);
        var picture = RenderedSamples.Picture(50, 60, 1);
        var axes = ResampleAxes.Create(50, 60, new SampleWindow(-10, 20, 70), Side, ResampleFilter.Bicubic);
        AssertSame(picture, [new SampleRecipe(axes, PhotometricDraws.None), new SampleRecipe(axes, new PhotometricDraws(true, 0.1f, -0.3f, 0.4f, 0.05f))], format, augmentation);
    }

    [DeviceFact]
    public void Grey_black_and_white_pictures_have_no_hue_to_turn()
    {
        foreach (var value in new byte[] { 0, 1, 128, 255 })
        {
            var picture = new RgbImage(40, 40);
            picture.Pixels.AsSpan().Fill(value);
            AssertSame(picture, [.. Combinations().Select(draws => new SampleRecipe(ResampleAxes.Create(40, 40, new SampleWindow(0, 0, 40), Side, ResampleFilter.Lanczos), draws))], RenderedSamples.Head.Pixels);
        }
    }

    [DeviceFact]
    public void Ready_pixels_are_taken_as_they_are()
    {
        var format = RenderedSamples.Head.Pixels;
        var images = Enumerable.Range(0, 3).Select(i => RenderedSamples.Picture(Side, Side, i)).ToArray();
        using var store = PictureStore.Empty(TestDevices.Default);
        using var renderer = new BatchRenderer(TestDevices.Default, store, format, Side, 3);
        var batch = Batch(images.Select(i => DeviceSample.Of(new TrainingSample(i, [new FaceBox(0, 0, 1, 1)], "ready"))));
        var planes = RenderedSamples.Render(renderer, batch, Side);
        for (var i = 0; i < 3; i++) RenderedSamples.AssertSame(images[i], planes[i], format, $"image {i}");
        Assert.Equal(planes.Reverse(), RenderedSamples.Render(renderer, Batch(batch.Samples.Reverse()), Side));
    }

    [DeviceFact]
    public void Recorded_kernels_are_good_until_more_is_brought_than_there_is_room_for()
    {
        using var store = PictureStore.Empty(TestDevices.Default);
        using var renderer = new BatchRenderer(TestDevices.Default, store, RenderedSamples.Head.Pixels, Side, 1);
        renderer.Upload(Of(100));
        var version = renderer.Version;
        renderer.Upload(Of(60));
        renderer.Upload(Of(101));
        Assert.Equal(version, renderer.Version);
        renderer.Upload(Of(300));
        Assert.NotEqual(version, renderer.Version);

        DeviceBatch Of(int side) => Batch([Sample(RenderedSamples.Picture(side, side, 1), new SampleRecipe(ResampleAxes.Create(side, side, SampleWindow.Whole(side, side), Side, ResampleFilter.Nearest), default))]);
    }

    [DeviceFact]
    public void Batches_of_other_sizes_are_wrong_calls()
    {
        using var store = PictureStore.Empty(TestDevices.Default);
        using var renderer = new BatchRenderer(TestDevices.Default, store, RenderedSamples.Head.Pixels, Side, 1);
        var right = DeviceSample.Of(Ready(Side, Side));
        Assert.Throws<ArgumentException>(() => renderer.Upload(Batch([right, right])));
        Assert.Throws<ArgumentException>(() => renderer.Upload(Batch([DeviceSample.Of(Ready(Side + 1, Side + 1))])));
        Assert.Throws<ArgumentException>(() => DeviceSample.Of(Ready(Side, Side + 1)));
        Assert.Equal(-RenderedSamples.Head.Pixels.Mean[1], RenderedSamples.Render(renderer, Batch([right]), Side)[0][Side * Side]);

        static TrainingSample Ready(int width, int height) => new(new RgbImage(width, height), [], "ready");
    }

    /// <summary>All of which some step is left out or not, in both orders.</summary>
    private static IEnumerable<PhotometricDraws> Combinations() =>
        from i in Enumerable.Range(0, 32)
        let sign = (i & 2) == 0 ? 1 : -1
        select new PhotometricDraws((i & 1) != 0, (i & 2) == 0 ? null : 0.117f, (i & 4) == 0 ? null : 0.46f * sign, (i & 8) == 0 ? null : -0.41f * sign, (i & 16) == 0 ? null : 0.066f * sign);

    private static DeviceSample Sample(RgbImage picture, SampleRecipe recipe) => new(new StoredPicture(picture, 1, PicturePlace.Nowhere, 0), recipe, [], "drawn");

    private static DeviceBatch Batch(IEnumerable<DeviceSample> samples) => new(0, 0, [.. samples]);

    private static void AssertSame(RgbImage picture, ImmutableArray<SampleRecipe> recipes, PixelFormat format, SampleAugmentation? augmentation = null)
    {
        using var store = PictureStore.Empty(TestDevices.Default);
        using var renderer = new BatchRenderer(TestDevices.Default, store, format, Side, recipes.Length);
        var planes = RenderedSamples.Render(renderer, Batch(recipes.Select(recipe => Sample(picture, recipe))), Side);
        for (var i = 0; i < recipes.Length; i++)
            RenderedSamples.AssertSame((augmentation ?? Augmentation).Render(picture, recipes[i]), planes[i], format, recipes[i].Photometric.ToString());
    }
}
